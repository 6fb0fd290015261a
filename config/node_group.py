"""Groups of similar nodes: the settings of the first node, and the number of nodes."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network
from typing import Annotated, Any

from pydantic import Field, model_validator

from config.base import Model
from config.net import ObjectName, Port
from config.node import Interface, NodeSettings
from config.ssh import HostKey

_NAME = r"^[a-z0-9{}]([-a-z0-9.{}]{0,240}[a-z0-9{}])?$"
NamePattern = Annotated[str, Field(pattern=_NAME)]
_HOST = r"^[A-Za-z0-9:{}]([A-Za-z0-9.:_{}-]{0,252})$"
PATTERNS = {
    _HOST: "the name of a host, with {} where the number goes",
    _NAME: "a name of lower-case letters, digits, dashes and dots, with {} where the number goes",
}
MOST = 5000


class GroupSsh(Model):
    """SSH access to the nodes of a group. `{}` in `host` stands for the node's number. `hostKeys` are by node name."""

    host: Annotated[str, Field(pattern=_HOST)] | None = None
    """The name of each host, with `{}` for the node's number."""
    port: Port = 22
    """The TCP port of sshd."""
    host_keys: dict[ObjectName, HostKey] = {}
    """Node name -> the public key line that the node must present."""


class NodeGroup(NodeSettings):
    """`count` nodes, numbered from `first`.

    `{}` in `name` stands for the number. Without `{}`, a dash and the number follow the name. Addresses and prefixes
    belong to the first node. Each further node has the next address of the same link, and the next prefix of the same
    length. All other settings are the same for all nodes.
    """

    name: NamePattern
    """The name of each node, with `{}` for the number; without `{}`, a dash and the number follow the name."""
    count: Annotated[int, Field(ge=1, le=MOST)]
    """The number of nodes."""
    first: Annotated[int, Field(ge=0, le=99999)] = 1
    """The number of the first node."""
    ssh: GroupSsh = GroupSsh()
    """SSH access to the nodes."""

    @model_validator(mode="after")
    def _room_for_all(self) -> NodeGroup:
        for link in self.links:
            if isinstance(link, Interface) and link.address.ip + self.count - 1 not in link.address.network:
                raise ValueError(
                    f"{self.count} consecutive addresses from {link.address}, all inside {link.address.network}"
                )
            if link.mac is not None and self.count > 1:
                raise ValueError("no mac (all nodes of the group would have the same MAC address)")
        if self.pod_cidr is not None and _nth(self.pod_cidr, self.count - 1) is None:
            raise ValueError(f"{self.count} consecutive prefixes from {self.pod_cidr}")
        return self

    def nodes(self) -> Iterator[dict[str, Any]]:
        """The nodes, in the form of the stack file."""
        own = {"name", "count", "first", "ssh"}
        whole = self.model_dump(by_alias=True, exclude_unset=True, exclude=own, mode="json")
        for i in range(self.count):
            links = [_shifted(link, i) for link in whole["interfaces"]]
            one = {**whole, "name": self.node_name(i), "interfaces": links}
            if self.pod_cidr is not None:
                one["podCIDR"] = str(_nth(self.pod_cidr, i))
            yield {**one, "ssh": self._endpoint(i)}

    def _endpoint(self, index: int) -> dict[str, Any]:
        said = self.ssh
        host = {"host": said.host.replace("{}", str(self.first + index))} if said.host is not None else {}
        key = said.host_keys.get(self.node_name(index))
        return {**host, "port": said.port, **({"hostKey": key} if key else {})}

    def node_name(self, index: int) -> str:
        """The name of the node with that index (from 0)."""
        number = str(self.first + index)
        return self.name.replace("{}", number) if "{}" in self.name else f"{self.name}-{number}"


def _shifted(link: dict[str, Any], by: int) -> dict[str, Any]:
    if "address" not in link:
        return link
    address = ip_interface(link["address"])
    return {**link, "address": f"{address.ip + by}/{address.network.prefixlen}"}


def _nth(prefix: IPv4Network | IPv6Network, index: int) -> IPv4Network | IPv6Network | None:
    """The prefix of the same length `index` prefixes later. None: the address space ends before."""
    start = int(prefix.network_address) + index * prefix.num_addresses
    if start + prefix.num_addresses > 1 << prefix.max_prefixlen:
        return None
    return ip_network((start, prefix.prefixlen)) if prefix.version == 4 else IPv6Network((start, prefix.prefixlen))
