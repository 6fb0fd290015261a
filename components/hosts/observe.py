"""Marker lines in scripts for the built-in engine. For a shell they are comments."""

# The rest of the script only observes. On a refresh, the engine runs only the rest (ADR 3).
OBSERVE = "# --- observe ---"
# The last line of a local command that only waits. The engine stops such a command if the run ends.
ONLY_WAITS = "# only waits"
