"""Explains the state of a route, a Service, a node or a Pod, also without a fault."""
