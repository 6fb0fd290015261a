"""B44: A field or a value does not exist in this Cilium version.

Why: The API server drops a field that the CRD does not have. The drop is silent unless the client asks for strict
validation. The API server refuses a value that is not in the CRD's list. The agents never receive the field or the
value.
Seen: In the API server's error, or nowhere.
Since: 1.16
Source: the CRDs of each release

Bad: `transport: { sourceInterface: eth1 }` on 1.18
Good: a node override with `localAddress`, or Cilium 1.19
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """What came with 1.19."""
    if facts.release >= (1, 19):
        return
    have = f"{facts.release[0]}.{facts.release[1]}"
    for i, config in enumerate(facts.bgp.peer_configs):
        if config.transport is not None and config.transport.source_interface is not None:
            yield error(
                f"bgp.peerConfigs[{i}].transport.sourceInterface",
                "Cilium 1.19 or newer with sourceInterface",
                have,
                "set localAddress in bgp.nodeOverrides instead",
            )
    for path, _, entry in facts.advertisement_entries:
        if entry.type == "Interface":
            yield error(
                f"{path}.type",
                "Cilium 1.19 or newer with type Interface",
                have,
                "announce the address as a PodCIDR or a Service, or use Cilium 1.19",
            )
