"""The controller, as it runs in the Deployment: it decides which gateway serves whom, and the leader writes that."""
