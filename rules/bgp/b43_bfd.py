"""B43: BFD is on towards nodes whose agents do not support BFD.

Why: The agents of open-source Cilium have no BFD. The router's BFD sessions with the nodes stay down, and FRR
ignores a BFD session that was never up. The router detects a lost node after the hold time, as without BFD.
Seen: Nowhere. `show bfd peers` shows the nodes as down.
Since: 1.16
Source: FRR BFD documentation; Cilium's documentation has BFD only for the enterprise edition

Bad: `bfd: true` on the nodes' peer group, `edition: oss`
Good: short timers (`profile: fast-failover`), and BFD only between routers
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Reports each group or neighbor of a router once."""
    if facts.stack.cilium.edition != "oss":
        return
    reported: set[str] = set()
    for session in facts.sessions:
        far = session.far
        if far is None or not far.setting("bfd"):
            continue
        path = f"{far.place('bfd')}.bfd"
        if path not in reported:
            reported.add(path)
            yield warning(
                path,
                "nothing towards nodes (their agents have no BFD)",
                "true",
                "take it out, and set short timers on both sides",
            )
