"""B43: BFD towards nodes whose agents do not speak it.

Why: the agents of open-source Cilium have no BFD. The router's BFD session with them stays down, FRR ignores a BFD
session that was never up, and a node that is lost is noticed after the hold time, as without it.
Seen: nowhere; `show bfd peers` has the nodes as down.
Since: 1.16
Source: FRR BFD documentation; Cilium's documentation has BFD for the enterprise edition alone

Bad: `bfd: true` on the nodes' peer group, `edition: oss`
Good: short timers (`profile: fast-failover`), and BFD between routers alone
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Once for each group or neighbor of a router."""
    if facts.stack.cilium.edition != "oss":
        return
    told: set[str] = set()
    for session in facts.sessions:
        far = session.far
        if far is None or not far.setting("bfd"):
            continue
        path = f"{far.place('bfd')}.bfd"
        if path not in told:
            told.add(path)
            yield warning(
                path,
                "nothing towards nodes (their agents have no BFD)",
                "true",
                "take it out, and set short timers on both sides",
            )
