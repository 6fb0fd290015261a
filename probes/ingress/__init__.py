"""Ingresses: addresses, Envoy's configuration, and requests, whose answers must match routes and policies."""
