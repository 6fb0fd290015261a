"""Propagation of routes between the stack's routers: their sessions, and the routes that each router passes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network

from config.net import Address, Prefix, inside
from config.route_filter import Direction, passed
from config.route_policy import PolicyUse
from config.router import Router
from config.stack import StackConfig
from effective.announcements import carries
from effective.peerings.router_side import RouterSide, side_of

_LOCAL_PREFERENCE = 100


@dataclass(frozen=True)
class RouterSession:
    """A session between two routers, as the near one sees it. `address`: the far router's. Timers: negotiated, in s.

    `side`: the near router's configuration for the far one. `back`: the far router's configuration for the near one.
    """

    address: Address
    side: RouterSide
    back: RouterSide
    hold: int
    keepalive: int

    @property
    def near(self) -> Router:
        """The router whose view this is."""
        return self.side.router

    @property
    def far(self) -> Router:
        """The other router."""
        return self.back.router

    def __str__(self) -> str:
        return f"{self.near.name} - {self.far.name}"

    @property
    def internal(self) -> bool:
        """Whether both routers are in one AS."""
        return self.side.asn == self.back.asn


@dataclass(frozen=True)
class BgpPath:
    """One path to a prefix. `hop`: empty if the router itself originates the prefix.

    `internal`: learned inside the AS. `of_client`: learned from a client of this route reflector.
    """

    ases: tuple[int, ...]
    hop: str
    why: str
    internal: bool = False
    of_client: bool = False
    local_preference: int = _LOCAL_PREFERENCE
    med: int = 0


# Prefix -> the paths to it.
Paths = Mapping[str, tuple[BgpPath, ...]]


def router_sessions(stack: StackConfig) -> Iterator[RouterSession]:
    """Each session between two managed routers of the stack, twice: once from each side."""
    owners = {i.address.ip: router for router in stack.managed_routers for i in router.interfaces if not i.loopback}
    for near in stack.managed_routers:
        for neighbor in near.bgp.neighbors:
            far = owners.get(neighbor.address) if neighbor.address is not None else None
            if far is None or far is near or neighbor.address is None:
                continue
            source = next((i.address.ip for i in near.interfaces if neighbor.address in i.address.network), None)
            back = side_of(far, source) if source is not None else None
            if back is not None and back.known:
                side = side_of(near, neighbor.address)
                yield RouterSession(neighbor.address, side, back, *_agreed(side, back))


def propagated(stack: StackConfig, learned: Mapping[str, Paths]) -> dict[str, Paths]:
    """Router -> its selected paths, after all routers have announced theirs. `learned`: the paths from nodes."""
    between = list(router_sessions(stack))
    first = {router.name: _with_own(router, learned.get(router.name, {})) for router in stack.managed_routers}
    tables = {name: _selected(candidates) for name, candidates in first.items()}
    # A route passes at most once through every router.
    for _ in stack.managed_routers:
        heard: dict[str, dict[str, list[BgpPath]]] = {
            name: {p: list(c) for p, c in one.items()} for name, one in first.items()
        }
        for session in between:
            for prefix, path in _accepted(session, tables[session.far.name]):
                heard[session.near.name].setdefault(prefix, []).append(path)
        before = tables
        tables = {name: _selected(candidates) for name, candidates in heard.items()}
        if tables == before:
            break
    return tables


def _with_own(router: Router, learned: Paths) -> dict[str, tuple[BgpPath, ...]]:
    own = {str(prefix): (BgpPath((), "", f"{kind} of {router.name}"),) for prefix, kind in _own(router)}
    return {**learned, **own}


def _own(router: Router) -> Iterator[tuple[Prefix, str]]:
    """Prefixes that a router originates, without aggregates: an aggregate needs a more specific route, too."""
    bgp = router.bgp
    yield from ((prefix, "network") for prefix in bgp.networks)
    for item in bgp.redistribute:
        use = PolicyUse(route_map_in=item.route_map)
        found = {
            "connected": [i.address.network for i in router.interfaces],
            "static": [route.to for route in router.static_routes],
        }.get(item.protocol, [])
        yield from ((prefix, item.protocol) for prefix in found if passed(bgp, use, "in", prefix) is not None)


def _aggregated(router: Router, table: Paths) -> tuple[Paths, set[str]]:
    """A table with the router's aggregates, and the prefixes that the aggregates suppress."""
    found, kept = dict(table), set[str]()
    for item in router.bgp.aggregate_addresses:
        parts = [prefix for prefix in table if _below(prefix, item.prefix)]
        if parts:
            found[str(item.prefix)] = (BgpPath((), "", f"aggregate of {router.name}"),)
            kept |= set(parts) if item.summary_only else set()
    return found, kept


def _below(prefix: str, whole: Prefix) -> bool:
    one = ip_network(prefix)
    return one != whole and inside(one, whole)


def through(router: Router, use: PolicyUse, direction: Direction, prefix: str, path: BgpPath) -> BgpPath | None:
    """The path after a router's policies; None if they deny it."""
    said = passed(router.bgp, use, direction, ip_network(prefix))
    if said is None:
        return None
    return replace(
        path,
        ases=(*said.as_path_prepend, *path.ases),
        med=path.med if said.med is None else said.med,
        local_preference=path.local_preference if said.local_preference is None else said.local_preference,
    )


def _accepted(session: RouterSession, table: Paths) -> Iterator[tuple[str, BgpPath]]:
    """The paths that pass the far router's outbound and the near router's inbound policies."""
    for prefix, path in _sent(session, table):
        if not carries(session.address, ip_network(prefix).version):
            continue
        sent = through(session.far, session.back.policies, "out", prefix, path)
        if sent is None or (not session.internal and _loops(session.side, sent)):
            continue
        # A local preference is valid inside one AS only.
        heard = sent if session.internal else replace(sent, local_preference=_LOCAL_PREFERENCE)
        got = through(session.near, session.side.policies, "in", prefix, heard)
        if got is not None:
            yield prefix, replace(got, of_client=bool(session.side.setting("route_reflector_client")))


def _loops(side: RouterSide, path: BgpPath) -> bool:
    """Whether an external path contains the router's AS more often than the router allows."""
    allowed = side.setting("allowas_in")
    if allowed == "origin":
        return side.router.bgp.asn in path.ases[:-1]
    return path.ases.count(side.router.bgp.asn) > int(allowed or 0)


def _sent(session: RouterSession, table: Paths) -> Iterator[tuple[str, BgpPath]]:
    """The paths that the far router passes on to the near one, before policies of either router."""
    to = session.back
    table, kept = _aggregated(session.far, table)
    client, forced = to.setting("route_reflector_client"), to.setting("next_hop_self")
    for prefix, paths in table.items():
        best, own = paths[0], str(_next_hop(session, ip_network(prefix).version))
        if prefix in kept:
            continue
        if not session.internal:
            # With as-override the router's AS number replaces the neighbor's.
            ases = tuple(to.asn if to.setting("as_override") and asn == session.side.asn else asn for asn in best.ases)
            yield prefix, BgpPath((to.asn, *ases), own, best.why)
        elif not best.internal or client or best.of_client:
            itself = not best.hop or (forced if not best.internal else forced == "force")
            yield prefix, replace(best, hop=own if itself else best.hop, internal=True)
    if to.setting("default_originate"):
        yield (
            "0.0.0.0/0" if session.address.version == 4 else "::/0",
            BgpPath(
                () if session.internal else (to.asn,),
                str(session.address),
                f"default of {session.far.name}",
                session.internal,
            ),
        )


def _next_hop(session: RouterSession, version: int) -> Address:
    """The far router's address in its announcements of a family: FRR takes the address of the session's link."""
    links = session.far.interfaces
    names = {link.name for link in links if link.address.ip == session.address}
    same = (link.address.ip for link in links if link.name in names and link.address.version == version)
    return session.address if session.address.version == version else next(same, session.address)


def _selected(candidates: Mapping[str, Sequence[BgpPath]]) -> Paths:
    """The best path first, then the paths that must share the traffic with it.

    Paths with different AS paths count, too: a router without multipath-relax uses only one, and must be red.
    """
    result = {}
    for prefix, paths in candidates.items():
        order = sorted(_by_med(paths), key=lambda path: (_rank(path), path.ases, path.hop))
        result[prefix] = tuple(path for path in order if _rank(path) == _rank(order[0]))
    return result


def _by_med(paths: Sequence[BgpPath]) -> Iterator[BgpPath]:
    """The paths without those that lose by MED to another path of the same neighboring AS."""
    for path in paths:
        rivals = (
            other.med for other in paths if other.ases[:1] == path.ases[:1] and _before_med(other) == _before_med(path)
        )
        if path.med <= min(rivals):
            yield path


def _before_med(path: BgpPath) -> tuple[int, bool, int]:
    return -path.local_preference, bool(path.hop), len(path.ases)


def _rank(path: BgpPath) -> tuple[int, bool, int, bool]:
    """Sort key in FRR's order of comparison. Smaller is better."""
    return *_before_med(path), path.internal


def _agreed(near: RouterSide, far: RouterSide) -> tuple[int, int]:
    """Hold time: the smaller offer. Keepalive: the near router's, at most a third of the hold time (RFC 4271)."""
    hold = min(near.timers[0], far.timers[0])
    return hold, min(near.timers[1], hold // 3)
