"""The Pulumi program: the stack, checked and built (components/program.py)."""

from components.program import run

run()
