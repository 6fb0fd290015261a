"""B22: The router has no neighbor and no listen range for a node's address.

Why: FRR refuses a connection from an address that is neither a neighbor nor in a listen range.
Seen: The node's peer flaps between Active and Idle. The router reports nothing.
Since: 1.16
Source: FRR BGP documentation; seen on the lab

Bad: four nodes and three neighbors
Good: a neighbor for each node, or `listenRanges: [{ prefix: 192.168.10.0/24, peerGroup: CILIUM }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """The router must have a neighbor or a listen range for each session's source address."""
    for session in facts.sessions:
        far = session.far
        if far is not None and not far.known and session.source_is_there:
            yield error(
                far.neighbor_path,
                f"a neighbor {session.source} (node {session.node.name}), or a listen range that contains it",
                "neither",
                f"add {{ address: {session.source}, peerGroup: ... }}",
            )
