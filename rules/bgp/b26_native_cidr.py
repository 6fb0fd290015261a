"""B26: Native routing with masquerading and no native routing prefix.

Why: the agent must know which destinations are reached without NAT, and does not start without it.
Seen: the agent's error at start.
Since: 1.16
Source: Cilium pkg/option/config.go

Bad: `{ routingMode: native }`
Good: `{ routingMode: native, nativeRoutingCIDR: 172.20.0.0/16 }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """The chart's default for masquerading is on."""
    if str(facts.helm("routingMode")) != "native" or facts.helm("enableIPv4Masquerade") in (False, "false"):
        return
    if not facts.helm("ipv4NativeRoutingCIDR") and facts.helm("ipv4.enabled") is not False:
        yield error(
            "cilium.nativeRoutingCIDR",
            "the prefix that is routed without NAT",
            "nothing",
            f"set nativeRoutingCIDR: {facts.stack.cluster.pod_cidr}",
        )
