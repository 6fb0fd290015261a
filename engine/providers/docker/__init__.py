"""docker:index: networks, images and containers of a Docker engine."""
