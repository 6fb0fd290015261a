"""The hosts that a verdict concerns, by name, and the next hops that it misses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.stack import StackConfig
from probes.verdict import Verdict

_ADDRESS = re.compile(r"(?<![\w.:/])\d{1,3}(?:\.\d{1,3}){3}(?![\w./])")
# The `where` of verdicts from the Kubernetes API.
API = "API"
# Checks that send packets to an address of several nodes.
_TO_ADDRESSES = ("vip-http", "ingress-http")


class Hosts:
    """Finds the stack's hosts in a verdict, by name or address."""

    def __init__(self, stack: StackConfig) -> None:
        owners = [
            *((router.name, router.interfaces) for router in stack.routers),
            *((node.name, node.interfaces) for node in stack.nodes),
        ]
        self._names = {*stack.hosts(), *(name for name, _ in owners)}
        self._of = {str(one.address.ip): name for name, interfaces in owners for one in interfaces}
        self._nodes = {node.name for node in stack.nodes}
        self.routers = {router.name for router in stack.managed_routers}

    def named(self, text: str) -> set[str]:
        """The hosts whose name or address is in a text."""
        words = set(re.findall(r"[A-Za-z0-9][A-Za-z0-9._-]*", text))
        return {name for name in self._names if name in words} | self.of(_ADDRESS.findall(text))

    def of(self, addresses: list[str]) -> set[str]:
        """The hosts with these addresses."""
        return {self._of[address] for address in addresses if address in self._of}

    def missing(self, verdict: Verdict) -> set[str]:
        """The hosts that are expected but unobserved next hops."""
        return self.of(list(_expected(verdict) - set(_ADDRESS.findall(verdict.observed))))

    def about(self, verdict: Verdict) -> set[str]:
        """The hosts that a verdict concerns."""
        return set(self._about(verdict))

    def on_the_way(self, verdict: Verdict) -> set[str]:
        """The hosts whose kernels the packets of a verdict pass. Packets to a shared address may pass any node."""
        if verdict.check in _TO_ADDRESSES:
            return self.about(verdict) | self._nodes
        return self.about(verdict)

    def _about(self, verdict: Verdict) -> Iterator[str]:
        # `where` is a host, or the path from one host to another.
        yield from self.named(f"{verdict.subject} {verdict.where}")


def _expected(verdict: Verdict) -> set[str]:
    return set(_ADDRESS.findall(verdict.expected))
