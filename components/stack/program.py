"""The whole program of a stack: load it, check it, build it, export what others need."""

from __future__ import annotations

import sys

import pulumi

from components.stack.build import build
from config.errors import EdgeError
from config.load import load
from rules.gate import admit


def run() -> None:
    """Declare the stack that Pulumi has selected. What is wrong with the stack ends the program without a traceback."""
    try:
        for name, value in build(admit(load())).items():
            pulumi.export(name, value)
    except EdgeError as error:
        pulumi.log.error(str(error))
        # Pulumi takes this status for "what is wrong has been said", and adds no words of its own.
        sys.exit(32)
