"""What has to run inside a cluster."""
