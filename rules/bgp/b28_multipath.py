"""B28: A router that uses fewer next hops than nodes announce.

Why: FRR installs at most `maximum-paths` next hops, 64 unless it was built with less (Debian's default
here is what is measured); nodes beyond it get no traffic. Paths over different AS numbers are only
joined with `bestpath as-path multipath-relax`.
Seen: nowhere; the route is there, with fewer next hops.
Since: 1.16
Source: FRR BGP documentation; seen on the lab

Bad: `maximumPaths: 2` with four nodes
Good: `maximumPaths: 4, multipathRelax: true`
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning

# What FRR takes from a file without a change of its own (see R1).
_LIMIT = 64


def check(facts: Facts) -> Iterator[Finding]:
    """Only Services are announced by several nodes."""
    carriers = {item.peer_config.name for item in facts.carried if item.entry.type == "Service"}
    nodes: dict[str, set[str]] = defaultdict(set)
    numbers: dict[str, set[int]] = defaultdict(set)
    for session in facts.sessions:
        if session.peer_config is None or session.peer_config.name not in carriers:
            continue
        internal = session.far is not None and session.local_asn == session.far.router.bgp.asn
        # Routes of the router's own AS are `maximum-paths ibgp`, another line.
        if session.far is not None and session.far.known and session.local_asn is not None and not internal:
            nodes[session.far.path].add(session.node.name)
            numbers[session.far.path].add(session.local_asn)
    for i, router in enumerate(facts.stack.routers):
        path, bgp = f"routers[{i}]", router.bgp
        count = min(len(nodes[path]), _LIMIT)
        if bgp.maximum_paths is not None and bgp.maximum_paths < count:
            yield warning(
                f"{path}.bgp.maximumPaths",
                f"at least {count} ({len(nodes[path])} nodes announce)",
                bgp.maximum_paths,
                f"set maximumPaths: {count}",
            )
        if len(numbers[path]) > 1 and not bgp.multipath_relax:
            yield warning(
                f"{path}.bgp.multipathRelax",
                "true (the nodes have several AS numbers)",
                "false",
                f"set {path}.bgp.multipathRelax: true",
            )
