"""G1: An egress gateway runs without BPF masquerading.

Why: The NAT of the egress gateway is BPF masquerading. The agent refuses to start without BPF masquerading.
Seen: In the agent's error at start.
Since: 1.16
Source: Cilium pkg/egressgateway

Bad: `values: { bpf: { masquerade: false } }` with `egressPolicies`
Good: `values: { bpf: { masquerade: true } }`, which cilium-edge sets by itself
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks both switches."""
    if not facts.on("egressGateway.enabled"):
        return
    if not facts.on("bpf.masquerade"):
        yield error("cilium.values.bpf.masquerade", "true with an egress gateway", "false", "set bpf.masquerade: true")
    if facts.helm("enableIPv4Masquerade") in (False, "false"):
        yield error("cilium.values.enableIPv4Masquerade", "true with an egress gateway", "false", "take it out")
