"""Connections to the outside: hosts over SSH and the Kubernetes API. No knowledge of the edge."""
