"""Certificates of Ingresses and Gateways."""
