"""X6: A Helm key was moved or removed in this Cilium version.

Why: The chart silently ignores most of these keys. The chart refuses a few keys, such as `tunnel`.
Seen: Nowhere, or in the chart's error.
Since: 1.16
Source: values.yaml of each release, Cilium upgrade notes

Bad: `values: { bgp: { enabled: true } }` on 1.18
Good: `values: { bgpControlPlane: { enabled: true } }`
"""

from __future__ import annotations

from collections.abc import Iterator

from effective import chart
from rules.facts import Facts
from rules.finding import Finding, error

# Old key -> the advice.
MOVED = {
    "bgp": "use bgpControlPlane and the BGP section of the stack",
    "externalIPs.enabled": "take it out; kubeProxyReplacement brings it",
    "hostPort.enabled": "take it out; kubeProxyReplacement brings it",
    "nodePort.enabled": "take it out; kubeProxyReplacement brings it",
    "tunnel": "use routingMode and tunnelProtocol",
    "containerRuntime": "take it out",
    "endpointHealthChecking.timeout": "take it out",
    "enableCiliumEndpointSlice": "use ciliumEndpointSlice.enabled",
    "remoteNodeIdentity": "take it out; it is always on",
    "proxy.prometheus": "use envoy.prometheus",
    "encryption.interface": "take it out",
    "localRedirectPolicy": "use localRedirectPolicies.enabled",
}


def check(facts: Facts) -> Iterator[Finding]:
    """Checks only keys that the chart of this release no longer has."""
    from rules.across.x01_unknown_key import paths

    for key in paths(facts.stack.cilium.values):
        for old, advice in MOVED.items():
            if (key == old or key.startswith(f"{old}.")) and not chart.knows(facts.release, key):
                release = ".".join(map(str, facts.release))
                yield error(
                    f"cilium.values.{key}", f"a key of the {release} chart", "one that was moved or removed", advice
                )
