"""Entry point of `python -m cli`."""

import gc
import sys

# Imports and a large plan are a great many objects that stay: looking through them for cycles took two fifths of the
# time of a large plan, and a tenth of every start.
gc.set_threshold(50_000, 20, 20)

try:
    from cli.app import main
except ModuleNotFoundError as error:
    # An environment that somebody else made, or one from before a package was added.
    sys.exit(f"edge: {error.name} is not in the environment {sys.prefix}; run: make setup, or pulumi install")

main()
