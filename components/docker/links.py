"""Loopback links, static routes and default gateways inside a container."""

from __future__ import annotations

import pulumi
from pulumi_command.remote import Command, ConnectionArgs

from components.hosts import boot_script
from components.hosts.host_of import living_on
from components.hosts.observe import OBSERVE
from components.hosts.owner import owner as owner_of
from effective.containers import Container

_NAME = "container-links"
# Prints the interface to which Docker gave an address in a subnet.
_DEVICE = "ip -o -4 route show {subnet} proto kernel | sed 's/.* dev //; s/ .*//' | head -n 1"


def command(container: Container, connection: ConnectionArgs, parent: pulumi.Resource) -> Command:
    """The command that sets links, routes, gateways and added addresses over SSH to the container."""
    owner = owner_of(f"{container.name}-links")
    return Command(
        f"{container.name}-links",
        connection=connection,
        create=apply_script(container, owner),
        update=apply_script(container, owner),
        delete=delete_script(container, owner),
        opts=living_on(
            connection,
            pulumi.ResourceOptions(parent=parent, additional_secret_outputs=["connection"], delete_before_replace=True),
        ),
    )


def apply_script(container: Container, owner: str) -> str:
    """The script that sets the links, routes and added addresses, now and at every start of the container."""
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
    lines += [f'ip address replace {one} dev "$({_DEVICE.format(subnet=one.network)})"' for one in container.added]
    added = "".join(f"ip -o address show to {one.ip} | sed 's/.* inet/inet/; s/ .*//'\n" for one in container.added)
    return f"""set -eu
{boot_script.install(_NAME, owner, "Links and routes of the host", lines, _undo(container))}{OBSERVE}
ip -br address show | sed 's/@[^ ]*//; s/  */ /g; s/ $//' | grep -E '{_named(container)}' | sort || true
ip route show | grep -E '{_routed(container)}' | sed 's/ *$//' | sort || true
{added}"""


def delete_script(container: Container, owner: str) -> str:
    """The script that removes the links, routes and added addresses. Default gateways stay."""
    return boot_script.remove(_NAME, owner, _undo(container))


def wanted(container: Container) -> bool:
    """Whether the container has links, routes, gateways or added addresses."""
    return bool(container.links or container.routes or container.gateways or container.added)


def _undo(container: Container) -> str:
    undone = [f"ip route del {route.to} via {route.via}" for route in container.routes]
    undone += [f"ip link del {link.name}" for link in container.links]
    undone += [f'ip address del {one} dev "$({_DEVICE.format(subnet=one.network)})"' for one in container.added]
    return "; ".join(undone) or "true"


def _named(container: Container) -> str:
    return "|".join(f"^{link.name} " for link in container.links) or "^$"


def _routed(container: Container) -> str:
    routes = [f"^{route.to} via {route.via} " for route in container.routes]
    return "|".join([*routes, *(f"^default via {gateway} " for gateway in container.gateways)]) or "^$"
