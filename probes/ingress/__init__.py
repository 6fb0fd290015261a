"""Ingresses: their addresses, what Envoy was told, and requests that are answered as routes and policies mean."""
