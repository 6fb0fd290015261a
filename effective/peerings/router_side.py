"""The settings of a router for each neighbor: the neighbor's own settings, otherwise its peer group's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.neighbor import ListenRange, LocalAs, Neighbor, NeighborTimers, PeerGroup
from config.net import Address
from config.route_policy import PolicyUse
from config.router import Router


@dataclass(frozen=True)
class RouterSide:
    """The router with the peer's address, and its settings for the node's source address."""

    path: str
    router: Router
    neighbor_path: str
    neighbor: Neighbor | None
    group: PeerGroup | None

    @property
    def settings_path(self) -> str:
        """The YAML path of the settings for the address: the neighbor's, otherwise its group's."""
        if self.neighbor is not None or self.group is None:
            return self.neighbor_path
        return f"{self.path}.bgp.peerGroups[{self.router.bgp.peer_groups.index(self.group)}]"

    def place(self, name: str) -> str:
        """The YAML path of the effective setting: the neighbor's, or its group's."""
        own = self.neighbor is not None and getattr(self.neighbor, name)
        if own or self.group is None:
            return self.neighbor_path
        return f"{self.path}.bgp.peerGroups[{self.router.bgp.peer_groups.index(self.group)}]"

    @property
    def known(self) -> bool:
        """Whether the router accepts connections from the address at all."""
        return self.neighbor is not None or self.group is not None

    @property
    def remote_as(self) -> int | str | None:
        """The AS that the router expects of the peer: a number, `external` or `internal`."""
        own = self.neighbor.remote_as if self.neighbor else None
        return own if own is not None else (self.group.remote_as if self.group else None)

    def setting(self, name: str) -> Any:
        """The effective value of a setting of neighbors and groups: the neighbor's own, otherwise its group's."""
        own = getattr(self.neighbor, name) if self.neighbor else None
        return own or (getattr(self.group, name) if self.group else None)

    @property
    def password_config(self) -> str | None:
        """The configuration key of the router's password for the neighbor."""
        found: str | None = self.setting("password_config")
        return found

    @property
    def asn(self) -> int:
        """The AS number that the router uses towards the neighbor: its own, or `localAs`."""
        return self.setting("local_asn") or self.router.bgp.asn

    @property
    def prepended(self) -> tuple[int, ...]:
        """The AS numbers that the router prepends to the AS path of routes from the neighbor."""
        said = self.setting("local_as")
        return () if said is None or (isinstance(said, LocalAs) and not said.prepend) else (self.asn,)

    @property
    def timers(self) -> tuple[int, int]:
        """Hold time and keepalive interval that the router offers, in seconds."""
        found: NeighborTimers | None = self.setting("timers")
        return (found.hold, found.keepalive) if found is not None else self.router.bgp.default_timers

    @property
    def policies(self) -> PolicyUse:
        """The prefix lists and route maps for the neighbor: its own, otherwise its group's."""
        found = {
            name: value
            for item in (self.group, self.neighbor)
            if item is not None
            for name in PolicyUse.model_fields
            if (value := getattr(item, name)) is not None
        }
        return PolicyUse(**found)

    @property
    def multihop(self) -> int:
        """The TTL of the router's eBGP packets."""
        return int(self.setting("ebgp_multihop") or 1)


class RouterNeighbors:
    """A router's neighbors by address."""

    def __init__(self, path: str, router: Router) -> None:
        self._path = path
        self._router = router
        self._groups = {group.name: group for group in router.bgp.peer_groups}
        self._neighbors = {n.address: i for i, n in enumerate(router.bgp.neighbors) if n.address is not None}

    def side(self, source: Address) -> RouterSide:
        """The router's settings for a source address."""
        if source in self._neighbors:
            return self.of_neighbor(self._neighbors[source])
        listen = self._listen(source)
        return self.of_group(listen.peer_group if listen else "")

    def of_neighbor(self, index: int) -> RouterSide:
        """The router's settings for the neighbor with that index."""
        neighbor, where = self._router.bgp.neighbors[index], f"{self._path}.bgp.neighbors[{index}]"
        return RouterSide(self._path, self._router, where, neighbor, self._groups.get(neighbor.peer_group or ""))

    def of_group(self, name: str) -> RouterSide:
        """The router's settings for a dynamic neighbor of a group."""
        return RouterSide(self._path, self._router, f"{self._path}.bgp.neighbors", None, self._groups.get(name))

    def _listen(self, source: Address) -> ListenRange | None:
        ranges = self._router.bgp.listen_ranges
        return next((r for r in ranges if r.prefix.version == source.version and source in r.prefix), None)


def side_of(router: Router, source: Address) -> RouterSide:
    """A router's settings for a peer with that source address."""
    return RouterNeighbors("", router).side(source)


def sides_of(path: str, router: Router) -> list[RouterSide]:
    """A router's settings for each neighbor and for each listen range. `path` is the router's YAML path."""
    neighbors = RouterNeighbors(path, router)
    ranges = list(dict.fromkeys(item.peer_group for item in router.bgp.listen_ranges))
    return [*map(neighbors.of_neighbor, range(len(router.bgp.neighbors))), *map(neighbors.of_group, ranges)]
