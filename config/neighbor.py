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
    """Seconds between keepalives."""
    hold: Annotated[int, Field(ge=3, le=65535)]
    """Seconds without a word until the session ends."""
    connect_retry: Annotated[int, Field(ge=1, le=65535)] = 120
    """Seconds between attempts to connect."""


class LocalAs(Model):
    """Another AS number that the router speaks with (FRR's `local-as`).

    `prepend`: the number is put before the AS path of what the neighbor sends. `replace`: the router's own number is
    left out of what it sends.
    """

    asn: ASN
    """The AS number that the neighbor sees."""
    prepend: bool = True
    """Whether the number is put before the AS path of what the neighbor sends."""
    replace: bool = False
    """Whether the router's own number is left out of what it sends."""

    @model_validator(mode="after")
    def _as_frr_has_it(self) -> LocalAs:
        if self.replace and self.prepend:
            raise ValueError("prepend: false with replace: true (FRR accepts replace-as only after no-prepend)")
        return self


class PeerSettings(PolicyUse):
    """What a neighbor and a peer group can both say; what is unset is FRR's default.

    `updateSource` is an address of the router or one of its interfaces. `ttlSecurityHops`: what comes from further
    away than so many hops is dropped. `maximumPrefix`: a neighbor that sends more loses its session.
    """

    description: Description | None = None
    """FRR's `description`."""
    timers: NeighborTimers | None = None
    """The session's timers; unset: those of the group, then the router's."""
    ebgp_multihop: Annotated[int, Field(ge=1, le=255)] | None = None
    """FRR's `ebgp-multihop`: how many hops away the neighbor may be."""
    ttl_security_hops: Annotated[int, Field(ge=1, le=254)] | None = None
    """FRR's `ttl-security hops` (RFC 5082): what comes from further away is dropped."""
    password_config: SecretName | None = None
    """The secret of the configuration that holds the session's password (RFC 2385)."""
    passive: bool = False
    """Whether the router waits for the neighbor to connect."""
    bfd: bool = False
    """Whether BFD watches the neighbor (RFC 5880); it switches bfdd on."""
    update_source: Address | InterfaceName | None = None
    """An address or an interface of the router that sessions start from."""
    local_as: ASN | LocalAs | None = None
    """Another AS number that the router speaks with."""
    soft_reconfiguration_inbound: bool = False
    """Whether what the neighbor sent is kept before policy."""
    next_hop_self: bool | Literal["force"] = False
    """Whether routes are passed on with the router as next hop; `force`: reflected ones, too."""
    default_originate: bool | PolicyName = False
    """Whether a default route is announced; a name: where that route map permits."""
    route_reflector_client: bool = False
    """Whether routes are reflected to the neighbor (RFC 4456)."""
    allowas_in: Annotated[int, Field(ge=1, le=10)] | Literal["origin"] | None = None
    """How often the router's own AS number may be in a path; `origin`: as its origin."""
    as_override: bool = False
    """Whether the neighbor's AS number in paths is replaced by the router's."""
    maximum_prefix: Annotated[int, Field(ge=1, le=4294967295)] | None = None
    """The most prefixes; a neighbor that sends more loses its session."""

    @model_validator(mode="after")
    def _one_ttl(self) -> PeerSettings:
        if self.ebgp_multihop and self.ttl_security_hops:
            raise ValueError("either ebgpMultihop or ttlSecurityHops (FRR refuses both together)")
        return self

    @property
    def local_asn(self) -> int | None:
        """The number of `localAs`, however it is said."""
        return self.local_as.asn if isinstance(self.local_as, LocalAs) else self.local_as


class PeerGroup(PeerSettings):
    """Settings that several neighbors share. If a group has no `remoteAs`, each neighbor sets its own."""

    name: GroupName
    """The group's name."""
    remote_as: RemoteAs | None = None
    """The neighbors' AS number, or its kind; unset: each neighbor says it."""


class Neighbor(PeerSettings):
    """One neighbor: by its address, or by the interface that leads to it (unnumbered).

    In a peer group, a setting that the neighbor leaves unset comes from the group.
    """

    address: Address | None = None
    """The neighbor's address."""
    interface: InterfaceName | None = None
    """The interface whose other end is the neighbor (unnumbered)."""
    peer_group: GroupName | None = None
    """The group that unset values come from."""
    remote_as: RemoteAs | None = None
    """The neighbor's AS number, or its kind; unset: the group's."""

    @model_validator(mode="after")
    def _one_place(self) -> Neighbor:
        if (self.address is None) == (self.interface is None):
            raise ValueError("either an address or an interface")
        return self

    @property
    def name(self) -> str:
        """What FRR calls it."""
        return str(self.address) if self.address is not None else str(self.interface)


class ListenRange(Model):
    """A prefix whose hosts may connect as neighbors without a neighbor entry each."""

    prefix: Prefix
    """The prefix that neighbors connect from."""
    peer_group: GroupName
    """The group that they get their settings from."""
