"""The Pulumi program: the stack, checked and built (components/stack/program.py)."""

from components.stack.program import run

run()
