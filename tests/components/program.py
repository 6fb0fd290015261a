"""Everything that the program declares for a stack, without an engine: type, name and inputs of every resource."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
from pulumi.runtime.stack import wait_for_rpcs

from components.build import build
from config.stack import StackConfig

Declared = list[tuple[str, str, dict[str, Any]]]


class Collect(pulumi.runtime.Mocks):  # type: ignore[misc]
    """Takes down what is registered; outputs are the inputs."""

    def __init__(self) -> None:
        self.found: Declared = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.found.append((args.typ, args.name, dict(args.inputs)))
        return args.name, dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {}


def declared(stack: StackConfig) -> Declared:
    """As in a preview: secrets are unknown."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    mocks = Collect()
    pulumi.runtime.set_mocks(mocks, "cilium-edge", "lab", preview=True)

    async def run() -> None:
        build(stack)
        await wait_for_rpcs()

    asyncio.get_event_loop().run_until_complete(run())
    return mocks.found
