"""G4: A gateway has both an interface and an egress IP.

Why: The agent ignores the whole policy. The traffic of the pods leaves with their node's address.
Seen: Only in the agent's log.
Since: 1.16
Source: Cilium pkg/egressgateway/policy.go; seen on the lab

Bad: `egressGateway: { interface: net0, egressIP: 172.18.0.42 }`
Good: one of the two
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks every gateway entry."""
    for gateway in facts.gateways:
        if gateway.entry.interface is not None and gateway.entry.egress_ip is not None:
            yield error(gateway.path, "interface or egressIP", "both", "take one of them out")
