"""Connections to hosts over SSH, to the Kubernetes API and to Docker engines. No knowledge of the edge's features."""
