"""Objects of the Kubernetes API as resources, and aliases of their former resources."""
