"""Objects of the Kubernetes API as resources, and what tells Pulumi that one is the same as before."""
