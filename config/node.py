"""Kubernetes nodes and the network interfaces that the edge cares about."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.labels import LabelKey, Labels, LabelValue
from config.net import MAC, Address, InterfaceAddress, InterfaceName, ObjectName, Prefix
from config.ssh import SshEndpoint


class Interface(Model):
    """A network interface and its addresses. `loopback` ones have no wire behind them."""

    name: InterfaceName
    address: InterfaceAddress
    mac: MAC | None = None
    loopback: bool = False


class Route(Model):
    """A static route that the host has already (the program does not make it)."""

    to: Prefix
    via: Address

    @model_validator(mode="after")
    def _one_family(self) -> Route:
        if self.to.version != self.via.version:
            raise ValueError("to and via of one address family")
        return self


class Taint(Model):
    """A node taint as Kubernetes has it."""

    key: LabelKey
    value: LabelValue = ""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


class Node(Model):
    """A node. The first interface's address is its InternalIP.

    `podCIDR` is needed with `ipam: kubernetes`; with cluster-pool the operator picks it.
    """

    name: ObjectName
    role: Literal["control-plane", "worker"] = "worker"
    interfaces: Annotated[tuple[Interface, ...], Field(min_length=1)]
    routes: tuple[Route, ...] = ()
    default_gateway: Address | None = None
    pod_cidr: Prefix | None = None
    labels: Labels = {}
    taints: tuple[Taint, ...] = ()
    ssh: SshEndpoint = SshEndpoint()

    @property
    def address(self) -> Address:
        """The InternalIP."""
        return self.interfaces[0].address.ip
