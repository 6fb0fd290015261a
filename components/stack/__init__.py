"""A whole stack as one program: its components, the access to its hosts, and the drift of hosts."""
