"""The whole program of a stack: load it, check it, build it, export what others need."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pulumi

from components.stack.access import KindAccess, access_to
from components.stack.build import build
from config.errors import EdgeError
from config.load import load
from rules.gate import admit


def run() -> None:
    """Declare the stack that Pulumi has selected. A mistake in the stack ends the program without a traceback."""
    with _without_traceback():
        stack = admit(load())
        access = access_to(stack)
        if isinstance(access, KindAccess):
            _run_when_learned(access)
            return
        for name, value in build(stack, access).items():
            pulumi.export(name, value)


def _run_when_learned(access: KindAccess) -> None:
    """Build the stack when Docker has given the nodes their addresses, in a first preview with the likely ones.

    Rules, renderers and probes work on plain addresses, so that the rest of the program waits for them.
    """

    async def main() -> dict[str, Any]:
        learned = await access.learned.future()
        with _without_traceback():
            return build(admit(load(learned or {})), access)

    pulumi.run(main)


@contextmanager
def _without_traceback() -> Iterator[None]:
    try:
        yield
    except EdgeError as error:
        pulumi.log.error(str(error))
        # Pulumi takes this status for "what is wrong has been said", and adds no words of its own.
        sys.exit(32)
