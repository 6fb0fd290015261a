"""The network devices of agents: the links that Helm's `devices` names, and the links on which L2 policies announce."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from config.l2 import L2Policy
from config.node import Interface, Link, Node
from effective.expressions import matches
from effective.helm import Helm


def named(helm: Helm) -> tuple[str, ...]:
    """The devices as the values name them. Empty: agents detect their devices."""
    value = helm("devices")
    texts = value if isinstance(value, (list, tuple)) else str(value or "").strip("{}").replace(" ", ",").split(",")
    return tuple(str(text) for text in texts if text)


def names(devices: Iterable[str], link: str) -> bool:
    """Whether one of `devices` names a link. A `+` at the end matches any suffix."""
    return any(fnmatchcase(link, device.replace("+", "*")) for device in devices)


def announcing(policy: L2Policy, node: Node, devices: tuple[str, ...]) -> Iterator[Interface | Link]:
    """The links of a node on which an L2 policy announces, if the policy selects the node.

    Without `devices`, agents may use every link with a wire. A link without an address in the stack may have one.
    """
    for link in node.links:
        used = names(devices, link.name) if devices else not (isinstance(link, Interface) and link.loopback)
        if used and (not policy.interfaces or any(matches(pattern, link.name) for pattern in policy.interfaces)):
            yield link
