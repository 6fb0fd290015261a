"""The objects of the Kubernetes API that a stack declares, as manifests. Pure."""
