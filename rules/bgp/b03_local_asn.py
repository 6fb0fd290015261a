"""B3: A BGP instance has no localASN.

Why: The field localASN is optional in the CRD. The agent never creates a BGP instance without localASN.
Seen: Only in the agent's log.
Since: 1.16
Source: Cilium pkg/bgp/manager

Bad: `instances: [{ name: i, peers: [...] }]`
Good: `instances: [{ name: i, localASN: 65001, peers: [...] }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Every instance needs an AS number: its own, or from the override of every node."""
    for session in facts.sessions:
        if session.local_asn is None:
            yield error(
                f"{session.instance_path}.localASN",
                "an AS number",
                f"nothing (node {session.node.name})",
                "set localASN, for instance 65001",
            )
    for path, instance in facts.instances:
        if instance.local_asn is None and not instance.peers:
            yield error(f"{path}.localASN", "an AS number", "nothing", "set localASN, for instance 65001")
