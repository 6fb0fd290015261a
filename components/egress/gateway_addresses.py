"""Egress addresses on nodes: on an interface of their own, or as further addresses of an interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_interface
from pathlib import Path

import pulumi
from pulumi_command import remote

from components.hosts import boot_script
from components.hosts.host_of import living_on
from components.hosts.observe import OBSERVE
from components.hosts.owner import owner
from components.hosts.shell import script
from config.net import InterfaceAddress
from config.node import Interface, Node
from config.ssh import SshEndpoint
from config.stack import StackConfig

_HERE = Path(__file__).parent

# Returns the SSH connection to a host, from its name and its SSH endpoint in the stack.
Connect = Callable[[str, SshEndpoint], remote.ConnectionArgs]


@dataclass(frozen=True)
class GatewayAddress:
    """One managed interface of one node."""

    node: Node
    interface: Interface

    @property
    def name(self) -> str:
        """A name that is unique on the node and valid as a file name."""
        return f"address-{self.interface.name}-{str(self.interface.address.ip).replace(':', '-')}"

    @property
    def put_on(self) -> InterfaceAddress:
        """The address with its prefix length on the host.

        A further address in an existing subnet of the interface has the full length. With the subnet's length it would
        become the host's primary address as soon as a network manager removes and re-adds the original address.
        """
        address = self.interface.address
        own = [
            one.address.network
            for one in self.node.interfaces
            if one.name == self.interface.name and one.managed is None
        ]
        if self.interface.managed == "secondary" and address.network in own:
            return ip_interface(address.ip)
        return address


class GatewayAddresses(pulumi.ComponentResource):
    """The managed interfaces of all nodes. `each` has the resources that must exist before an agent detects devices.

    `addresses`: node -> the addresses that its host reports, as `INTERFACE ADDRESS/LENGTH`.
    """

    def __init__(
        self, name: str, items: list[GatewayAddress], connect: Connect, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("cilium-edge:egress:GatewayAddresses", name, None, opts)
        self.each = [self._one(name, item, items, connect) for item in items]
        self.addresses = _by_node(items, self.each)
        self.register_outputs({})

    def _one(self, prefix: str, item: GatewayAddress, items: list[GatewayAddress], connect: Connect) -> remote.Command:
        name = f"{prefix}-{item.node.name}-{item.name.removeprefix('address-')}"
        mine = owner(name)
        ssh = connect(item.node.name, item.node.ssh)
        return remote.Command(
            name,
            connection=ssh,
            create=apply_script(item, mine),
            update=apply_script(item, mine),
            delete=delete_script(item, mine),
            opts=living_on(
                ssh,
                pulumi.ResourceOptions(
                    parent=self,
                    additional_secret_outputs=["connection"],
                    delete_before_replace=True,
                    replace_on_changes=["delete"],
                    aliases=_aliases(prefix, item, items),
                ),
            ),
        )


def _by_node(items: list[GatewayAddress], each: list[remote.Command]) -> dict[str, pulumi.Output[list[str]]]:
    there: dict[str, list[pulumi.Output[str]]] = {}
    for item, command in zip(items, each, strict=True):
        reported = command.stdout.apply(
            lambda text, name=item.interface.name: (
                f"{name} {(text or '').split()[-1]}" if (text or "").split() else name
            )
        )
        there.setdefault(item.node.name, []).append(reported)
    return {node: pulumi.Output.all(*reported) for node, reported in there.items()}


def _aliases(name: str, item: GatewayAddress, items: list[GatewayAddress]) -> list[pulumi.Alias]:
    """The former name of the first address of an interface: the name had no address."""
    same = (one for one in items if (one.node, one.interface.name) == (item.node, item.interface.name))
    old = f"{name}-{item.node.name}-{item.interface.name}"
    return [pulumi.Alias(name=old)] if next(same) is item else []


def gateway_addresses(stack: StackConfig) -> Iterator[GatewayAddress]:
    """The managed interfaces of the stack's nodes."""
    for node in stack.nodes:
        for interface in node.interfaces:
            if interface.managed:
                yield GatewayAddress(node, interface)


def apply_script(item: GatewayAddress, owner: str) -> str:
    """Adds the address now and at every boot. An existing foreign link is not changed."""
    name, address = item.interface.name, item.put_on
    there = f'[ -n "$(ip -o address show dev {name} to {address.ip})" ]'
    kept = f"/etc/cilium-edge/{item.name}"
    if item.interface.managed == "secondary":
        check = script(_HERE / "gateway_secondary.sh", link=name, kept=kept, there=there, address=address.ip)
        lines = [f"{there} || ip address replace {address} dev {name}"]
    else:
        check = script(_HERE / "gateway_link.sh", link=name, kept=kept)
        lines = [
            boot_script.loose_link(name),
            # The link has no wire, so that its prefix must not be routed through it.
            f"{there} || ip address replace {address} dev {name} noprefixroute",
            f"ip link set {name} up",
        ]
    return f"""set -eu
{check}{boot_script.install(item.name, owner, f"Address {address}", lines, _undo(item))}{OBSERVE}
ip -o address show dev {name} to {address.ip} | sed 's/.* \\(inet6\\? [^ ]*\\).*/\\1/'
"""


def delete_script(item: GatewayAddress, owner: str) -> str:
    """Removes the address, and the link if the program made it."""
    return boot_script.remove(item.name, owner, _undo(item))


def _undo(item: GatewayAddress) -> str:
    name, address = item.interface.name, item.put_on
    return f"ip address del {address} dev {name}" if item.interface.managed == "secondary" else f"ip link del {name}"
