"""Hosts as containers of a Docker engine, and a Kubernetes cluster of them."""
