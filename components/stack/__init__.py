"""A whole stack as one program: its components, how its hosts are reached, and what drifted."""
