"""What the stack's own routers tell each other: sessions between them, and the routes that they pass on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network

from config.net import Address
from config.peerings import RouterSide, side_of
from config.route_filter import Direction, passed
from config.route_policy import PolicyUse
from config.router import Router
from config.stack import StackConfig

# FRR's traditional defaults, in seconds.
_HOLD, _KEEPALIVE = 180, 60
_LOCAL_PREFERENCE = 100


@dataclass(frozen=True)
class Link:
    """A session between two routers, as the first one has it. `address` is the far one's; timers as agreed, in s.

    `side` is what the near router has for the far one, `back` what the far one has for it.
    """

    address: Address
    side: RouterSide
    back: RouterSide
    hold: int
    keepalive: int

    @property
    def near(self) -> Router:
        """Whose view it is."""
        return self.side.router

    @property
    def far(self) -> Router:
        """The other one."""
        return self.back.router

    def __str__(self) -> str:
        return f"{self.near.name} - {self.far.name}"

    @property
    def internal(self) -> bool:
        """Whether both are of one AS."""
        return self.near.bgp.asn == self.far.bgp.asn


@dataclass(frozen=True)
class Path:
    """One way to a prefix. `hop` is empty where the router has the prefix by itself."""

    ases: tuple[int, ...]
    hop: str
    why: str
    internal: bool = False
    local_preference: int = _LOCAL_PREFERENCE
    med: int = 0


# Prefix -> the paths to it.
Paths = Mapping[str, tuple[Path, ...]]


def links(stack: StackConfig) -> Iterator[Link]:
    """Each session between two routers of the stack twice: as either side has it."""
    owners = {i.address.ip: router for router in stack.routers for i in router.interfaces if not i.loopback}
    for near in stack.routers:
        for neighbor in near.bgp.neighbors:
            far = owners.get(neighbor.address)
            if far is None or far is near:
                continue
            source = next((i.address.ip for i in near.interfaces if neighbor.address in i.address.network), None)
            back = side_of(far, source) if source is not None else None
            if back is not None and back.known:
                side = side_of(near, neighbor.address)
                yield Link(neighbor.address, side, back, *_agreed(side, back))


def spread(stack: StackConfig, learned: Mapping[str, Paths]) -> dict[str, Paths]:
    """Router -> its selected paths, when all have told each other. `learned` is what each has from nodes."""
    between = list(links(stack))
    first = {router.name: _with_own(router, learned.get(router.name, {})) for router in stack.routers}
    tables = {name: _selected(candidates) for name, candidates in first.items()}
    # A route passes at most once through every router.
    for _ in stack.routers:
        heard: dict[str, dict[str, list[Path]]] = {name: {p: list(c) for p, c in one.items()}
                                                   for name, one in first.items()}  # fmt: skip
        for link in between:
            for prefix, path in _taken(link, tables[link.far.name]):
                heard[link.near.name].setdefault(prefix, []).append(path)
        before = tables
        tables = {name: _selected(candidates) for name, candidates in heard.items()}
        if tables == before:
            break
    return tables


def _with_own(router: Router, learned: Paths) -> dict[str, tuple[Path, ...]]:
    own = {str(prefix): (Path((), "", f"network of {router.name}"),) for prefix in router.bgp.networks}
    return {**learned, **own}


def through(router: Router, use: PolicyUse, direction: Direction, prefix: str, path: Path) -> Path | None:
    """What a router's policies make of a path; None where they deny it."""
    said = passed(router.bgp, use, direction, ip_network(prefix))
    if said is None:
        return None
    return replace(
        path, ases=(*said.as_path_prepend, *path.ases), med=path.med if said.med is None else said.med,
        local_preference=path.local_preference if said.local_preference is None else said.local_preference,
    )  # fmt: skip


def _taken(link: Link, table: Paths) -> Iterator[tuple[str, Path]]:
    """What the far router lets out and the near one lets in."""
    for prefix, path in _told(link, table):
        sent = through(link.far, link.back.policies, "out", prefix, path)
        if sent is None or (not link.internal and link.near.bgp.asn in sent.ases):
            continue
        # A local preference is of one AS.
        heard = sent if link.internal else replace(sent, local_preference=_LOCAL_PREFERENCE)
        got = through(link.near, link.side.policies, "in", prefix, heard)
        if got is not None:
            yield prefix, got


def _told(link: Link, table: Paths) -> Iterator[tuple[str, Path]]:
    """What the far router of a link passes on to the near one, before anybody's policies."""
    for prefix, paths in table.items():
        best = paths[0]
        if link.internal:
            if not best.internal:
                yield prefix, replace(best, hop=best.hop or str(link.address), internal=True)
        else:
            yield prefix, Path((link.far.bgp.asn, *best.ases), str(link.address), best.why)


def _selected(candidates: Mapping[str, Sequence[Path]]) -> Paths:
    """The best path first, and those that are to share the traffic with it.

    Also where their AS paths differ: a router without multipath-relax uses one of them, and is to be red.
    """
    result = {}
    for prefix, paths in candidates.items():
        order = sorted(_by_med(paths), key=lambda path: (_rank(path), path.ases, path.hop))
        result[prefix] = tuple(path for path in order if _rank(path) == _rank(order[0]))
    return result


def _by_med(paths: Sequence[Path]) -> Iterator[Path]:
    """Without those that another path of the same neighboring AS beats by its MED."""
    for path in paths:
        rivals = (other.med for other in paths
                  if other.ases[:1] == path.ases[:1] and _before_med(other) == _before_med(path))  # fmt: skip
        if path.med <= min(rivals):
            yield path


def _before_med(path: Path) -> tuple[int, bool, int]:
    return -path.local_preference, bool(path.hop), len(path.ases)


def _rank(path: Path) -> tuple[int, bool, int, bool]:
    """Smaller is better, in the order in which FRR compares."""
    return *_before_med(path), path.internal


def _agreed(near: RouterSide, far: RouterSide) -> tuple[int, int]:
    """Hold time is the smaller one offered; keepalive the near one's, and no more than a third of it (RFC 4271)."""
    hold = min(_timers(near)[0], _timers(far)[0])
    return hold, min(_timers(near)[1], hold // 3)


def _timers(side: RouterSide) -> tuple[int, int]:
    found = (_HOLD, _KEEPALIVE)
    for item in (side.group, side.neighbor):
        if item is not None and item.timers is not None:
            found = (item.timers.hold, item.timers.keepalive)
    return found
