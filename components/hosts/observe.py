"""Lines in a script that tell the built-in engine what it is. To every shell they are comments."""

# What follows only observes: the engine runs it alone when it refreshes (ADR 3).
OBSERVE = "# --- observe ---"
# Ends a local command that only waits: the engine ends it where the run is ending for another reason.
ONLY_WAITS = "# only waits"
