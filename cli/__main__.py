"""Entry point of `python -m cli`."""

import atexit
import gc
import sys

# Imports and a large plan are a great many objects that stay: looking through them for cycles took two fifths of the
# time of a large plan, and a tenth of every start.
gc.set_threshold(300_000, 20, 20)
# The interpreter looks for cycles once more as it ends. What it would free, the system frees anyway: a fifth of a
# second of every command.
atexit.register(gc.freeze)

try:
    from cli.app import main
except ModuleNotFoundError as error:
    # An environment that somebody else made, or one from before a package was added.
    sys.exit(f"edge: {error.name} is not in the environment {sys.prefix}; run: make setup, or pulumi install")

main()
