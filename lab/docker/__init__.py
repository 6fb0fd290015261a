"""A Docker engine of this machine's own, and the images that stacks of kind docker run."""
