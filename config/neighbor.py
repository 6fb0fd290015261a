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
    """The hold time: a session without messages ends after so many seconds."""
    connect_retry: Annotated[int, Field(ge=1, le=65535)] = 120
    """Seconds between connection attempts."""


class LocalAs(Model):
    """Another AS number that the router uses towards a neighbor (FRR's `local-as`).

    `prepend`: the number is prepended to the AS path of received routes. `replace`: the router's own number is left
    out of the AS path of sent routes.
    """

    asn: ASN
    """The AS number that the neighbor sees."""
    prepend: bool = True
    """Whether the number is prepended to the AS path of routes from the neighbor."""
    replace: bool = False
    """Whether the router's own number is left out of the AS path of sent routes."""

    @model_validator(mode="after")
    def _as_frr_has_it(self) -> LocalAs:
        if self.replace and self.prepend:
            raise ValueError("prepend: false with replace: true (FRR accepts replace-as only after no-prepend)")
        return self


class PeerSettings(PolicyUse):
    """Settings of neighbors and peer groups. Unset settings have FRR's defaults.

    `updateSource` is an address or an interface of the router. `ttlSecurityHops`: packets from a greater distance in
    hops are dropped. `maximumPrefix`: the session of a neighbor that sends more prefixes ends.
    """

    description: Description | None = None
    """FRR's `description`."""
    timers: NeighborTimers | None = None
    """The timers of the session; unset: the group's, then the router's."""
    ebgp_multihop: Annotated[int, Field(ge=1, le=255)] | None = None
    """FRR's `ebgp-multihop`: the maximum distance of the neighbor in hops."""
    ttl_security_hops: Annotated[int, Field(ge=1, le=254)] | None = None
    """FRR's `ttl-security hops` (RFC 5082): packets from a greater distance are dropped."""
    password_config: SecretName | None = None
    """The name of the configuration secret with the session's password (RFC 2385)."""
    passive: bool = False
    """Whether the router waits for the neighbor's connection and does not connect itself."""
    bfd: bool = False
    """Whether BFD monitors the neighbor (RFC 5880), which enables bfdd."""
    update_source: Address | InterfaceName | None = None
    """The source of sessions: an address or an interface of the router."""
    local_as: ASN | LocalAs | None = None
    """Another AS number that the router uses towards the neighbor."""
    soft_reconfiguration_inbound: bool = False
    """Whether FRR keeps received routes unmodified, before policy."""
    next_hop_self: bool | Literal["force"] = False
    """Whether routes are advertised with the router as next hop; `force`: also reflected routes."""
    default_originate: bool | PolicyName = False
    """Whether a default route is advertised; a name: if that route map permits it."""
    route_reflector_client: bool = False
    """Whether routes are reflected to the neighbor (RFC 4456)."""
    allowas_in: Annotated[int, Field(ge=1, le=10)] | Literal["origin"] | None = None
    """How often the router's own AS number may occur in a received AS path; `origin`: only as the origin."""
    as_override: bool = False
    """Whether the router replaces the neighbor's AS number in AS paths with its own."""
    maximum_prefix: Annotated[int, Field(ge=1, le=4294967295)] | None = None
    """The maximum number of received prefixes, above which the session ends."""

    @model_validator(mode="after")
    def _one_ttl(self) -> PeerSettings:
        if self.ebgp_multihop and self.ttl_security_hops:
            raise ValueError("either ebgpMultihop or ttlSecurityHops (FRR refuses both together)")
        return self

    @property
    def local_asn(self) -> int | None:
        """The AS number of `localAs`, in either form."""
        return self.local_as.asn if isinstance(self.local_as, LocalAs) else self.local_as


class PeerGroup(PeerSettings):
    """Settings that several neighbors share. Without `remoteAs` in the group, each neighbor sets its own."""

    name: GroupName
    """The group's name."""
    remote_as: RemoteAs | None = None
    """The AS number of the neighbors, or its kind; unset: each neighbor sets its own."""


class Neighbor(PeerSettings):
    """One neighbor: by address, or by the router's interface to the neighbor (unnumbered).

    Unset settings of a neighbor in a peer group come from the group.
    """

    address: Address | None = None
    """The neighbor's address."""
    interface: InterfaceName | None = None
    """The router's interface to the neighbor (unnumbered)."""
    peer_group: GroupName | None = None
    """The peer group, which provides unset settings."""
    remote_as: RemoteAs | None = None
    """The neighbor's AS number, or its kind; unset: the group's."""

    @model_validator(mode="after")
    def _one_place(self) -> Neighbor:
        if (self.address is None) == (self.interface is None):
            raise ValueError("either an address or an interface")
        return self

    @property
    def name(self) -> str:
        """The neighbor's name in FRR."""
        return str(self.address) if self.address is not None else str(self.interface)


class ListenRange(Model):
    """A prefix from which hosts may connect as dynamic neighbors, without neighbor entries."""

    prefix: Prefix
    """The prefix of the neighbors' addresses."""
    peer_group: GroupName
    """The peer group of the neighbors."""
