"""The ComponentResources of the edge, and the pure functions that make their inputs."""
