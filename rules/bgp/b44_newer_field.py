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

# Path, value and advice for each field that a release added.
_Newer = Iterator[tuple[str, str, str]]


def check(facts: Facts) -> Iterator[Finding]:
    """Checks the fields that 1.18 and 1.19 added."""
    have = f"{facts.release[0]}.{facts.release[1]}"
    for since, newer in (((1, 18), _of_1_18), ((1, 19), _of_1_19)):
        for path, what, fix in newer(facts) if facts.release < since else ():
            yield error(path, f"Cilium {since[0]}.{since[1]} or newer with {what}", have, fix)


def _of_1_18(facts: Facts) -> _Newer:
    for path, _, entry in facts.advertisement_entries:
        for length, name in (
            (entry.aggregation_length, "aggregationLength"),
            (entry.aggregation_length_ipv6, "aggregationLengthIPv6"),
        ):
            if length is not None:
                yield f"{path}.{name}", name, "take it out: each address is a route of its own, or use Cilium 1.18"
    for i, config in enumerate(facts.bgp.cluster_configs):
        for j, instance in enumerate(config.instances):
            if instance.local_port is not None:
                where = f"bgp.clusterConfigs[{i}].instances[{j}].localPort"
                yield where, "localPort for all nodes", "set localPort in bgp.nodeOverrides instead"
    for i, override in enumerate(facts.bgp.node_overrides):
        for j, own in enumerate(override.instances):
            if own.local_asn is not None:
                where = f"bgp.nodeOverrides[{i}].instances[{j}].localASN"
                yield where, "localASN for one node", "give the node a cluster config of its own"


def _of_1_19(facts: Facts) -> _Newer:
    for i, config in enumerate(facts.bgp.peer_configs):
        if config.transport is not None and config.transport.source_interface is not None:
            where = f"bgp.peerConfigs[{i}].transport.sourceInterface"
            yield where, "sourceInterface", "set localAddress in bgp.nodeOverrides instead"
    for path, _, entry in facts.advertisement_entries:
        if entry.type == "Interface":
            fix = "announce the address as a PodCIDR or a Service, or use Cilium 1.19"
            yield f"{path}.type", "type Interface", fix
