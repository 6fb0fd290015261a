"""Programs that run inside a cluster."""
