"""Rules about the routers alone: what FRR rewrites, refuses or never tells."""
