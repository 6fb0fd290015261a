"""Derives hosts and segments from a stack. Pure, so that it can be shown and tested without a lab."""

from __future__ import annotations

from dataclasses import dataclass

from config.errors import LabError
from config.net import InterfaceAddress, Prefix
from config.node import Interface, Link, NodeInterface, Route
from config.stack import MANAGEMENT, StackConfig, management_addresses


@dataclass(frozen=True)
class Nic:
    """A network interface of a lab host. `segment` None: no link, as for a loopback or without an address."""

    name: str
    address: InterfaceAddress | None
    segment: str | None
    mac: str | None = None


@dataclass(frozen=True)
class LabHost:
    """One host of the lab."""

    name: str
    role: str  # management, router, control-plane, worker or outpost
    nics: tuple[Nic, ...]
    routes: tuple[Route, ...] = ()

    @property
    def management_address(self) -> str:
        """The address of the host's sshd in the management network."""
        address = self.nics[0].address
        assert address is not None
        return str(address.ip)


@dataclass(frozen=True)
class Topology:
    """All hosts, and the segments between them (a bridge for each segment)."""

    hosts: tuple[LabHost, ...]
    segments: tuple[str, ...]

    def host(self, name: str) -> LabHost:
        """The host with the name. Raises LabError if there is none."""
        for host in self.hosts:
            if host.name == name:
                return host
        names = ", ".join(host.name for host in self.hosts)
        raise LabError(f"the lab has no host {name}; its hosts are {names}")


def topology(stack: StackConfig) -> Topology:
    """The topology of a stack's lab. Interfaces on one prefix share a segment; eth0 is on the management network."""
    if stack.cluster.kind != "lab":
        raise LabError(f"cluster.kind: expected lab, got {stack.cluster.kind}; only a stack of kind lab has a lab")
    management = management_addresses(stack, stack.cluster)
    segments: dict[Prefix, str] = {stack.cluster.management_prefix: "mgmt"}

    def nics(name: str, interfaces: tuple[NodeInterface, ...]) -> tuple[Nic, ...]:
        result = [Nic("eth0", management[name], "mgmt")]
        for interface in interfaces:
            if isinstance(interface, Link):
                result.append(Nic(interface.name, None, None, interface.mac))
                continue
            if interface.managed:
                # The program makes this interface, as on any other host.
                continue
            segment = None
            if not interface.loopback:
                segment = segments.setdefault(interface.address.network, f"net{len(segments)}")
            result.append(Nic(interface.name, interface.address, segment, interface.mac))
        return tuple(result)

    hosts = [LabHost(MANAGEMENT, "management", nics(MANAGEMENT, ()))]
    hosts += [LabHost(r.name, "router", nics(r.name, r.interfaces)) for r in stack.managed_routers]
    hosts += [LabHost(n.name, n.role, nics(n.name, n.links), n.routes) for n in stack.nodes]
    hosts += [
        LabHost(o.name, "outpost", nics(o.name, (Interface(name="eth1", address=o.address, mac=o.mac),)))
        for o in stack.outposts
    ]
    return Topology(tuple(hosts), tuple(segments.values()))
