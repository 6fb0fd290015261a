"""Other objects of a stack in its cluster: demo workloads, and manifests in the API's own format."""
