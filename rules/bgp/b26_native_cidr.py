"""B26: Native routing with masquerading has no native routing prefix.

Why: The agent must know the destinations that it reaches without NAT. The agent does not start without
nativeRoutingCIDR.
Seen: In the agent's error at start.
Since: 1.16
Source: Cilium pkg/option/config.go

Bad: `{ routingMode: native }`
Good: `{ routingMode: native, nativeRoutingCIDR: 172.20.0.0/16 }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error

_OFF = (False, "false")


def check(facts: Facts) -> Iterator[Finding]:
    """By default, the chart enables masquerading for each family. The ip-masq-agent has its own prefixes."""
    if str(facts.helm("routingMode")) != "native" or facts.on("ipMasqAgent.enabled"):
        return
    for family, path in (("4", "cilium.nativeRoutingCIDR"), ("6", "cilium.values.ipv6NativeRoutingCIDR")):
        # Unset switches are on, except for IPv6 itself.
        enabled = facts.on("ipv6.enabled") if family == "6" else facts.helm("ipv4.enabled") not in _OFF
        masked = enabled and facts.helm(f"enableIPv{family}Masquerade") not in _OFF
        if masked and not facts.helm(f"ipv{family}NativeRoutingCIDR"):
            example = facts.stack.cluster.pod_cidr if family == "4" else "the IPv6 prefix of the pods"
            yield error(path, f"the IPv{family} prefix that is routed without NAT", "nothing", f"set {path}: {example}")
