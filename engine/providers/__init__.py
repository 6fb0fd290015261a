"""What applies resources: one module a kind of resource, all behind the same small protocol."""
