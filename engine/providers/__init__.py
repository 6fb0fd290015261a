"""Providers apply resources: one module for each kind of resource, all with the same small protocol."""
