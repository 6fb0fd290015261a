"""The whole program of a stack: loads, checks and builds the stack, and exports its outputs."""

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
    """Build the stack when Docker has assigned the nodes' addresses. A first preview uses the likely addresses.

    Rules, renderers and probes need plain addresses. The rest of the program therefore waits for the addresses.
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
        # For Pulumi, this status means that the program has printed its error. Pulumi adds no message of its own.
        sys.exit(32)
