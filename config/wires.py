"""Wires: the interfaces of hosts that Docker connects to networks."""

from __future__ import annotations

from dataclasses import dataclass

from config.net import InterfaceAddress
from config.node import Interface
from config.stack import StackConfig


@dataclass(frozen=True)
class Wire:
    """A host's end of a network.

    `host` is the YAML path of the host (`routers[0]`), and `path` the path of the address. `name` is the interface's
    name in the file; an outpost has none there, and its only interface is eth0.
    """

    host: str
    path: str
    name: str
    address: InterfaceAddress


def wires(stack: StackConfig) -> list[Wire]:
    """The wires of managed routers, nodes and outposts, in the order of the file."""
    hosts = [(f"routers[{i}]", router.interfaces) for i, router in enumerate(stack.routers) if router.managed]
    hosts += [(f"nodes[{i}]", node.interfaces) for i, node in enumerate(stack.nodes)]
    found = [
        Wire(where, f"{where}.interfaces[{j}].address", one.name, one.address)
        for where, interfaces in hosts
        for j, one in wired(interfaces)
    ]
    outposts = enumerate(stack.outposts)
    return [*found, *(Wire(f"outposts[{i}]", f"outposts[{i}].address", "eth0", one.address) for i, one in outposts)]


def wired(interfaces: tuple[Interface, ...]) -> list[tuple[int, Interface]]:
    """Index and interface, of those that have a wire: neither loopback nor made by the program."""
    return [(j, one) for j, one in enumerate(interfaces) if not one.loopback and one.managed is None]
