"""B28: A router installs fewer next hops than nodes advertise.

Why: FRR installs at most `maximum-paths` next hops. The default is 64, unless FRR was built with a lower limit
(measured with Debian's build). Nodes beyond the limit receive no traffic. FRR combines paths with
different AS numbers only with `bestpath as-path multipath-relax`.
Seen: Nowhere. The router has the route with fewer next hops.
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

# The largest value that FRR accepts from a file without a change (see R1).
_LIMIT = 64


def check(facts: Facts) -> Iterator[Finding]:
    """Checks only Services, because only their routes come from several nodes."""
    carriers = {item.peer_config.name for item in facts.carried if item.entry.type == "Service"}
    nodes: dict[str, set[str]] = defaultdict(set)
    inside: dict[str, set[str]] = defaultdict(set)
    numbers: dict[str, set[int]] = defaultdict(set)
    for session in facts.sessions:
        if session.peer_config is None or session.peer_config.name not in carriers:
            continue
        internal = session.far is not None and session.local_asn == session.far.asn
        if session.far is not None and session.far.known and session.local_asn is not None:
            # For iBGP routes, `maximum-paths ibgp` applies instead.
            (inside if internal else nodes)[session.far.path].add(session.node.name)
        if session.far is not None and session.far.known and session.local_asn is not None and not internal:
            numbers[session.far.path].add(session.local_asn)
    for i, router in enumerate(facts.stack.routers):
        path, bgp = f"routers[{i}]", router.bgp
        for key, most, who in (
            ("maximumPaths", bgp.maximum_paths, nodes[path]),
            ("maximumPathsIbgp", bgp.maximum_paths_ibgp, inside[path]),
        ):
            count = min(len(who), _LIMIT)
            if most is not None and most < count:
                yield warning(
                    f"{path}.bgp.{key}", f"at least {count} ({len(who)} nodes announce)", most, f"set {key}: {count}"
                )
        if len(numbers[path]) > 1 and not bgp.multipath_relax:
            yield warning(
                f"{path}.bgp.multipathRelax",
                "true (the nodes have several AS numbers)",
                "false",
                f"set {path}.bgp.multipathRelax: true",
            )
