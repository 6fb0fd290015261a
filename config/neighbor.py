"""Neighbors and peer groups of an FRR router."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.net import ASN, Address, InterfaceName, Prefix
from config.route_policy import PolicyName, PolicyUse
from config.text import SecretName

_GROUP, _DESCRIPTION = r"^[A-Za-z][A-Za-z0-9_-]{0,62}$", r"^[ -~]{1,80}$"
GroupName = Annotated[str, Field(pattern=_GROUP)]
Description = Annotated[str, Field(pattern=_DESCRIPTION)]
PATTERNS = {
    _GROUP: "a name that begins with a letter, of letters, digits, dashes and underscores (63 characters at most)",
    _DESCRIPTION: "a text of 1 to 80 printable ASCII characters",
}
RemoteAs = ASN | Literal["external", "internal"]


class NeighborTimers(Model):
    """BGP timers in seconds, on the router's side."""

    keepalive: Annotated[int, Field(ge=1, le=65535)]
    hold: Annotated[int, Field(ge=3, le=65535)]
    connect_retry: Annotated[int, Field(ge=1, le=65535)] = 120


class LocalAs(Model):
    """Another AS number that the router speaks with (FRR's `local-as`).

    `prepend`: the number is put before the AS path of what the neighbor sends. `replace`: the router's own number is
    left out of what it sends.
    """

    asn: ASN
    prepend: bool = True
    replace: bool = False

    @model_validator(mode="after")
    def _as_frr_has_it(self) -> LocalAs:
        if self.replace and self.prepend:
            raise ValueError("prepend: false with replace: true (FRR has replace-as after no-prepend alone)")
        return self


class PeerSettings(PolicyUse):
    """What a neighbor and a peer group can both say; what is unset is FRR's default.

    `updateSource` is an address of the router or one of its interfaces. `ttlSecurityHops`: what comes from further
    away than so many hops is dropped. `maximumPrefix`: a neighbor that sends more loses its session.
    """

    description: Description | None = None
    timers: NeighborTimers | None = None
    ebgp_multihop: Annotated[int, Field(ge=1, le=255)] | None = None
    ttl_security_hops: Annotated[int, Field(ge=1, le=254)] | None = None
    password_config: SecretName | None = None
    passive: bool = False
    bfd: bool = False
    update_source: Address | InterfaceName | None = None
    local_as: ASN | LocalAs | None = None
    soft_reconfiguration_inbound: bool = False
    next_hop_self: bool | Literal["force"] = False
    default_originate: bool | PolicyName = False
    route_reflector_client: bool = False
    allowas_in: Annotated[int, Field(ge=1, le=10)] | Literal["origin"] | None = None
    as_override: bool = False
    maximum_prefix: Annotated[int, Field(ge=1, le=4294967295)] | None = None

    @model_validator(mode="after")
    def _one_ttl(self) -> PeerSettings:
        if self.ebgp_multihop and self.ttl_security_hops:
            raise ValueError("ebgpMultihop or ttlSecurityHops: FRR takes one of them")
        return self

    @property
    def local_asn(self) -> int | None:
        """The number of `localAs`, however it is said."""
        return self.local_as.asn if isinstance(self.local_as, LocalAs) else self.local_as


class PeerGroup(PeerSettings):
    """Settings that several neighbors share. If a group has no `remoteAs`, each neighbor sets its own."""

    name: GroupName
    remote_as: RemoteAs | None = None


class Neighbor(PeerSettings):
    """One neighbor: by its address, or by the interface that leads to it (unnumbered).

    In a peer group, a setting that the neighbor leaves unset comes from the group.
    """

    address: Address | None = None
    interface: InterfaceName | None = None
    peer_group: GroupName | None = None
    remote_as: RemoteAs | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Neighbor:
        if (self.address is None) == (self.interface is None):
            raise ValueError("an address or an interface")
        return self

    @property
    def name(self) -> str:
        """What FRR calls it."""
        return str(self.address) if self.address is not None else str(self.interface)


class ListenRange(Model):
    """A prefix whose hosts may connect as neighbors without a neighbor entry each."""

    prefix: Prefix
    peer_group: GroupName
