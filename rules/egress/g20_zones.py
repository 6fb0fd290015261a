"""G20: Zone affinity is set, and nodes or gateways are missing in a zone.

Why: Zone affinity compares the label `topology.kubernetes.io/zone` of the pod's node and of the gateway. A node
without the label is in no zone. With localOnly, pods in a zone without a gateway have no way out.
Seen: Nowhere. With localOnly, connections time out.
Since: 1.17
Source: the study behind the egress stack

Bad: `azAffinity: localOnly` with gateways in one of two zones
Good: a gateway in each zone, or `azAffinity: localOnlyFirst`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.labels import ZONE
from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks gateways and workers. A control plane that is no gateway is left out."""
    for i, policy in enumerate(facts.stack.egress_policies):
        if policy.az_affinity == "disabled":
            continue
        gateways = {node.name: node for _, entry in policy.gateways() for node in facts.selected(entry.node_selector)}
        for name in gateways:
            if ZONE not in facts.labels[name]:
                yield error(
                    f"egressPolicies[{i}].azAffinity",
                    f"the label {ZONE} on gateway {name}",
                    "none",
                    f"set nodes[].labels for {name}",
                )
        zones = {facts.labels[name].get(ZONE) for name in gateways}
        workers = [n for n in facts.stack.nodes if n.name not in gateways and n.role == "worker"]
        bare = [n.name for n in workers if ZONE not in facts.labels[n.name]]
        if bare:
            yield warning(
                f"egressPolicies[{i}].azAffinity",
                f"the label {ZONE} on every node with pods",
                f"none on {', '.join(bare[:4])}",
                "label the nodes",
            )
        alone = {facts.labels[n.name][ZONE] for n in workers if ZONE in facts.labels[n.name]} - zones
        if alone and policy.az_affinity == "localOnly":
            yield error(
                f"egressPolicies[{i}].azAffinity",
                "a gateway in every zone with localOnly",
                f"none in {', '.join(sorted(alone))}",
                "add a gateway there, or use localOnlyFirst",
            )
