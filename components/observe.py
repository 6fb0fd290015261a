"""The line in a script after which it only observes; ADR 3 says what for."""

# The built-in engine runs what follows alone when it refreshes. To every shell it is a comment.
OBSERVE = "# --- observe ---"
