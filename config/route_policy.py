"""Prefix lists and route maps of an FRR router, and their use by neighbors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from config.base import Model
from config.communities import kind_of
from config.net import ASN, Prefix

_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"
PolicyName = Annotated[str, Field(pattern=_NAME)]
PATTERNS = {_NAME: "a name of letters, digits, dashes, dots and underscores (63 characters at most)"}
Action = Literal["permit", "deny"]


def _community(text: str) -> str:
    if kind_of(text) is None:
        raise ValueError("a community such as 65000:50, 65000:1:2 or no-export")
    return text


Community = Annotated[str, AfterValidator(_community)]
Number = Annotated[int, Field(ge=0, le=4294967295)]


class PrefixListEntry(Model):
    """Prefixes inside `prefix` whose length is `ge` to `le`. Without both, only `prefix` itself matches."""

    action: Action = "permit"
    """The action for a matching prefix."""
    prefix: Prefix
    """The prefix that contains the matching prefixes."""
    ge: Annotated[int, Field(ge=0, le=128)] | None = None
    """The shortest matching prefix length; unset: the length of `prefix`."""
    le: Annotated[int, Field(ge=0, le=128)] | None = None
    """The longest matching prefix length; unset: the length of `prefix`, or with `ge` any."""

    @model_validator(mode="after")
    def _in_order(self) -> PrefixListEntry:
        # FRR refuses the line otherwise.
        (low, high), longest = self.lengths, self.prefix.max_prefixlen
        if not self.prefix.prefixlen <= low <= high <= longest:
            raise ValueError(f"prefix length <= ge <= le <= {longest}")
        return self

    @property
    def lengths(self) -> tuple[int, int]:
        """The shortest and the longest matching prefix length."""
        low = self.ge if self.ge is not None else self.prefix.prefixlen
        return low, self.le if self.le is not None else (self.prefix.max_prefixlen if self.ge is not None else low)


class PrefixList(Model):
    """Entries of one address family. The first entry that matches decides; a prefix without a match is denied."""

    name: PolicyName
    """The name that neighbors and route maps use."""
    entries: Annotated[tuple[PrefixListEntry, ...], Field(min_length=1)]
    """The entries, in order: the first matching entry decides."""

    @model_validator(mode="after")
    def _one_family(self) -> PrefixList:
        if len({entry.prefix.version for entry in self.entries}) > 1:
            raise ValueError("prefixes of one family (IPv4 and IPv6 have lists of their own)")
        return self

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.entries[0].prefix.version


class RouteMatch(Model):
    """The routes that an entry applies to: the routes that meet all conditions. Without conditions, every route."""

    prefix_list: PolicyName | None = None
    """The prefix list that permits the route."""


class RouteSet(Model):
    """The attributes that a permit entry changes. `communities` replaces the communities of the route."""

    local_preference: Number | None = None
    """The local preference (RFC 4271)."""
    med: Number | None = None
    """The MED (RFC 4271)."""
    communities: tuple[Community, ...] = ()
    """The communities (RFC 1997, RFC 8092), which replace the route's own."""
    as_path_prepend: tuple[ASN, ...] = ()
    """AS numbers to prepend to the AS path."""


class RouteMapEntry(Model):
    """One entry. The first entry that matches decides."""

    action: Action = "permit"
    """The action for a matching route."""
    match: RouteMatch = RouteMatch()
    """The matching routes."""
    set: RouteSet = RouteSet()
    """The attributes to set on a permitted route."""


class RouteMap(Model):
    """Entries in order. A route that matches no entry is denied."""

    name: PolicyName
    """The name that neighbors, peer groups and `redistribute` use."""
    entries: Annotated[tuple[RouteMapEntry, ...], Field(min_length=1)]
    """The entries, in order: the first matching entry decides."""


class PolicyUse(Model):
    """The policies of a neighbor or a peer group. A route must pass the prefix list and the route map."""

    route_map_in: PolicyName | None = None
    """The route map for received routes."""
    route_map_out: PolicyName | None = None
    """The route map for advertised routes."""
    prefix_list_in: PolicyName | None = None
    """The prefix list for received routes."""
    prefix_list_out: PolicyName | None = None
    """The prefix list for advertised routes."""
