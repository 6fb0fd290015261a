"""Entry point of `python -m cli`."""

import atexit
import gc
import sys

# Imports and a large plan create many long-lived objects: the garbage collector took two fifths of the time of a
# large plan, and a tenth of every start.
gc.set_threshold(300_000, 20, 20)
# The interpreter's last collection would take 0.2 s of every command, and the system frees the memory anyway.
atexit.register(gc.freeze)

try:
    from cli.app import main
except ModuleNotFoundError as error:
    # The environment is not the project's, or it lacks a new dependency.
    sys.exit(f"edge: {error.name} is not in the environment {sys.prefix}; run: make setup, or pulumi install")

main()
