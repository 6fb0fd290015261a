"""Loopback links, static routes and default gateways inside a container."""

from __future__ import annotations

from components.hosts import boot_script
from components.hosts.observe import OBSERVE
from effective.containers import Container

_NAME = "container-links"


def apply_script(container: Container, owner: str) -> str:
    """The script that sets them, now and at every start of the container."""
    lines = [
        line
        for link in container.links
        for line in (
            boot_script.loose_link(link.name),
            f"ip address replace {link.address} dev {link.name}",
            f"ip link set {link.name} up",
        )
    ]
    lines += [f"ip route replace {route.to} via {route.via}" for route in container.routes]
    lines += [f"ip route replace default via {gateway}" for gateway in container.gateways]
    return f"""set -eu
{boot_script.install(_NAME, owner, "Links and routes of the host", lines, _undo(container))}{OBSERVE}
ip -br address show | sed 's/@[^ ]*//; s/  */ /g; s/ $//' | grep -E '{_named(container)}' | sort || true
ip route show | grep -E '{_routed(container)}' | sed 's/ *$//' | sort || true
"""


def delete_script(container: Container, owner: str) -> str:
    """The script that removes them."""
    return boot_script.remove(_NAME, owner, _undo(container))


def wanted(container: Container) -> bool:
    """Whether the container needs any of them."""
    return bool(container.links or container.routes or container.gateways)


def _undo(container: Container) -> str:
    undone = [f"ip route del {route.to} via {route.via}" for route in container.routes]
    return "; ".join([*undone, *(f"ip link del {link.name}" for link in container.links)]) or "true"


def _named(container: Container) -> str:
    return "|".join(f"^{link.name} " for link in container.links) or "^$"


def _routed(container: Container) -> str:
    routes = [f"^{route.to} via {route.via} " for route in container.routes]
    return "|".join([*routes, *(f"^default via {gateway} " for gateway in container.gateways)]) or "^$"
