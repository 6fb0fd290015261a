"""Entry point of `python -m cli`."""

import sys

try:
    from cli.app import main
except ModuleNotFoundError as error:
    # An environment that somebody else made, or one from before a package was added.
    sys.exit(f"edge: {error.name} is not in the environment {sys.prefix}; run: make setup, or pulumi install")

main()
