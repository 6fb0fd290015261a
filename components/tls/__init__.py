"""Certificates that Ingresses and Gateways show."""
