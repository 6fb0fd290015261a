"""What a stack has in its cluster besides the edge: demo workloads, and manifests in the API's own words."""
