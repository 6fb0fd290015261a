"""Rules about single routers: configuration that FRR rewrites, refuses or silently ignores."""
