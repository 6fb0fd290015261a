"""Everything that a program declares, without an engine: type, name and inputs of every resource."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import wait_for_rpcs

from components.stack.access import access_to
from components.stack.build import build
from config.stack import StackConfig

Declared = list[tuple[str, str, dict[str, Any]]]


class _Collect(pulumi.runtime.Mocks):  # type: ignore[misc]
    """Takes down what is registered; outputs are the inputs."""

    def __init__(self) -> None:
        self.found: Declared = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.found.append((args.typ, args.name, dict(args.inputs)))
        return args.name, dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {}


def registered(program: Callable[[], object], project: str, stack: str, *, preview: bool) -> Declared:
    """What a program registers. Outputs have to be made inside it: they belong to its loop."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    mocks = _Collect()
    pulumi.runtime.set_mocks(mocks, project, stack, preview=preview)
    # What a program that failed has left would be waited for, and never come.
    SETTINGS.rpc_manager.clear()
    SETTINGS.outputs.clear()

    async def run() -> None:
        program()
        await wait_for_rpcs()

    try:
        loop.run_until_complete(asyncio.wait_for(run(), 30))
    finally:
        # Nobody awaits what a failed program leaves: the loop would tell all of it when the process ends.
        loop.set_exception_handler(lambda *_: None)
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    return mocks.found


def declared(stack: StackConfig) -> Declared:
    """What a stack's own program registers in a preview: secrets are unknown."""
    return registered(lambda: build(stack, access_to(stack)), "cilium-edge", "lab", preview=True)
