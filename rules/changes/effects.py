"""The effect of a change on live traffic, derived only from the kind of change."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from config.stack import StackConfig
from rules.changes.semantic import SemanticChange
from rules.facts import Facts

_QUIET = "nothing: no session resets, no address moves"


@dataclass(frozen=True)
class Effect:
    """A change and its effect. `loud`: the change can affect traffic."""

    change: SemanticChange
    text: str
    loud: bool


# Pattern of the path, kinds of change, text, loud. The first match wins.
_TABLE: tuple[tuple[str, str, str, bool], ...] = (
    (r"^routers\[[^]]+\]$", "+", "a new router: its sessions come up, the others stay", False),
    (r"^routers\[[^]]+\]$", "-", "every session of this router ends, and its routes disappear", True),
    (r"^routers\[[^]]+\]\.managed", "~+-", "the program takes over the router, or no longer changes it", True),
    (r"^routers\[[^]]+\]\.(adopt|ssh)", "~+-", _QUIET, False),
    (
        r"^routers\[[^]]+\]\.interfaces",
        "~+-",
        "the router's links or addresses change; sessions over them may end",
        True,
    ),
    (r"^routers\[[^]]+\]\.(bgp\.)?raw", "~+-", "only FRR knows the effect of these lines", True),
    (r"^routers\[[^]]+\]\.bgp\.(asn|vrf|routerId|gracefulRestart)", "~+-", "every session of this router resets", True),
    (r"^routers\[[^]]+\]\.bgp\.defaults", "~+-", "FRR starts again: every session of this router resets", True),
    (r"^routers\[[^]]+\]\.bgp\.updateDelay", "~+-", "takes effect when bgpd starts the next time", False),
    (r"^routers\[[^]]+\]\.bgp\.timers", "~+-", "the sessions keep their timers until they reset", False),
    (r"^routers\[[^]]+\]\.bgp\.neighbors\[[^]]+\]$", "+", "one new session; the others stay", False),
    (r"^routers\[[^]]+\]\.bgp\.neighbors\[[^]]+\]$", "-", "this neighbor's session ends", True),
    (r"^routers\[[^]]+\]\.bgp\.neighbors\[[^]]+\]\.description", "~+-", _QUIET, False),
    (r"^routers\[[^]]+\]\.bgp\.peerGroups\[[^]]+\]\.description", "~+-", _QUIET, False),
    (
        r"^routers\[[^]]+\]\.bgp\.(neighbors|peerGroups)\[[^]]+\]\.bfd",
        "~+-",
        "FRR restarts where bfdd was off: every session of this router resets",
        True,
    ),
    (
        r"^routers\[[^]]+\]\.bgp\.(neighbors|peerGroups)\[[^]]+\]\.(routeMap|prefixList|nextHopSelf|asOverride"
        r"|allowasIn|defaultOriginate|softReconfigurationInbound|maximumPrefix)",
        "~+-",
        "their routes are exchanged anew; no session resets",
        True,
    ),
    (
        r"^routers\[[^]]+\]\.bgp\.(neighbors|peerGroups)\[[^]]+\]\.timers",
        "~+-",
        "the sessions keep their timers until they reset",
        False,
    ),
    (r"^routers\[[^]]+\]\.bgp\.(neighbors|peerGroups)", "~+-", "the sessions of these neighbors reset", True),
    (r"^routers\[[^]]+\]\.bgp\.listenRanges\[[^]]+\]$", "+", "neighbors in this range may connect", False),
    (r"^routers\[[^]]+\]\.bgp\.listenRanges", "~+-", "the sessions with neighbors in this range end", True),
    (
        r"^routers\[[^]]+\]\.bgp\.(prefixLists|routeMaps)",
        "~+-",
        "the routes that the policy decides about are exchanged anew; no session resets",
        True,
    ),
    (
        r"^routers\[[^]]+\]\.bgp\.(networks|aggregateAddresses|redistribute|importCheck)",
        "~+-",
        "a prefix is announced or withdrawn; no session resets",
        False,
    ),
    (
        r"^routers\[[^]]+\]\.bgp\.(maximumPaths|multipathRelax)",
        "~+-",
        "next hops are chosen again; flows may move to another node",
        True,
    ),
    (r"^routers\[[^]]+\]\.bgp\.ebgpRequiresPolicy", "~+-", "all eBGP routes are accepted or dropped at once", True),
    (r"^routers\[[^]]+\]\.staticRoutes", "~+-", "static routes of the router change; no session resets", True),
    (
        r"^bgp$|^bgp\.clusterConfigs\[[^]]+\]($|\.nodeSelector|\.instances\[[^]]+\]($|\.localASN|\.localPort))",
        "~+-",
        "the sessions of the selected nodes reset, start or end",
        True,
    ),
    (
        r"^bgp\.clusterConfigs\[[^]]+\]\.instances\[[^]]+\]\.peers",
        "~+-",
        "the sessions with this peer reset, start or end",
        True,
    ),
    (
        r"^bgp\.peerConfigs\[[^]]+\]\.families\.?.*advertisements",
        "~+-",
        "routes are announced or withdrawn; no session resets",
        True,
    ),
    (r"^bgp\.peerConfigs", "~+-", "the sessions that use this peer config reset", True),
    (r"^bgp\.advertisements", "+", "routes are announced; no session resets", False),
    (r"^bgp\.advertisements", "~-", "routes are withdrawn or announced; no session resets", True),
    (r"^bgp\.nodeOverrides", "~+-", "the sessions of this node reset", True),
    (r"^bgp\.authSecrets", "~+-", "sessions with this password drop until both sides have it", True),
    (r"^bgp\.nodeLabels", "~+-", "nodes join or leave the BGP control plane", True),
    (r"^bgp\.returnRoutes", "~+-", "the nodes' routes to pods of other nodes are added or removed", True),
    (r"^pools\[[^]]+\]$", "+", _QUIET, False),
    (r"^pools\[[^]]+\]\.blocks", "+", "nothing: Services keep their addresses", False),
    (r"^pools", "~-", "Services with an address from here may be renumbered", True),
    (r"^pools", "+", "Services with an address from here may be renumbered", True),
    (r"^services\[[^]]+\]$", "+", "a new address is allocated and announced", False),
    (r"^services\[[^]]+\]$", "-", "its address is withdrawn", True),
    (
        r"^services\[[^]]+\]\.(requestedIPs|annotations|loadBalancerClass|labels)",
        "~+-",
        "its address may change or be withdrawn",
        True,
    ),
    (r"^services\[[^]]+\]\.externalTrafficPolicy", "~+-", "other nodes announce its address, and flows move", True),
    (r"^services", "~+-", "its open connections may break", True),
    (r"^cilium\.(chart|repository|readyTimeout|bgpStatusReport)", "~+-", _QUIET, False),
    (r"^cilium", "~+-", "{agents}", True),
    (r"^nodes\[[^]]+\]$", "+", "a new node; the router needs a neighbor for it", False),
    (r"^nodes\[[^]]+\]$", "-", "its sessions end, and its pods are lost", True),
    (r"^nodes\[[^]]+\]\.(ssh|role)", "~+-", _QUIET, False),
    (r"^nodes\[[^]]+\]\.labels", "~+-", "selectors may start or stop to select this node", True),
    (r"^nodes", "~+-", "this host's addresses, routes or pods change", True),
    (r"^l2Policies", "~+-", "another node may answer ARP for the addresses", True),
    (r"^ingressAccess", "~+-", "traffic is admitted or denied at once", True),
    (r"^ingress", "~+-", "Ingress listeners change; connections through them may break", True),
    (r"^gatewayController", "~+-", "Gateway listeners change; connections through them may break", True),
    # The labels and annotations of a Gateway's Service are those under `infrastructure`.
    (r"^(gateways|httpRoutes|grpcRoutes|tlsRoutes)\[[^]]+\]\.(labels|annotations)", "~+-", _QUIET, False),
    (r"^gateways\[[^]]+\]$", "+", "a new address is allocated and announced", False),
    (r"^gateways\[[^]]+\]$", "-", "its address is withdrawn", True),
    (
        r"^gateways\[[^]]+\]\.(addresses|infrastructure|gatewayClassName)",
        "~+-",
        "its address may change or be withdrawn",
        True,
    ),
    (r"^gateways", "~+-", "listeners of this Gateway change; connections through them may break", True),
    (
        r"^(http|grpc|tls)Routes",
        "~+-",
        "other backends, or none, may answer requests for the hosts of this route",
        True,
    ),
    (r"^networkPolicies", "~+-", "traffic is admitted or denied at once", True),
    (r"^egressPolicies", "~+-", "connections through the gateway break if the gateway or its address changes", True),
    (r"^egressHA\.replicas", "~+-", "controllers start or end; the gateways stay", False),
    (
        r"^egressHA",
        "~+-",
        "the controllers and their part on each gateway restart; gateways may change meanwhile",
        True,
    ),
    (r"^outposts", "~+-", "requests to the outpost may fail until its host runs again", True),
    (r"^manifests", "~+-", "objects of the API change; the effect depends on their kind", True),
    (r"^workloads", "~+-", "pods of the demo workload start or end", True),
    (r"^waivers", "~+-", _QUIET, False),
    (r"^cluster\.(ssh|kubernetes|kubeconfigConfig)", "~+-", _QUIET, False),
    (r"^cluster", "~+-", "the address plan or the cluster itself changes; plan a window", True),
)
_ROWS = tuple((re.compile(pattern), kinds, text, loud) for pattern, kinds, text, loud in _TABLE)


def effects(changes: Iterable[SemanticChange], before: StackConfig, after: StackConfig) -> list[Effect]:
    """Each change with its effect. The effect of a change without a row in the table is unknown and loud."""
    agents = _agents(before, after)
    result = []
    for change in changes:
        row = next((r for r in _ROWS if r[0].search(change.path) and change.kind in r[1]), None)
        text, loud = (row[2], row[3]) if row else ("unknown; see the resources below", True)
        result.append(Effect(change, text.replace("{agents}", agents), loud))
    return result


def _agents(before: StackConfig, after: StackConfig) -> str:
    count = len(after.nodes)
    if before.cilium.version != after.cilium.version:
        return f"the agents of {count} nodes restart with the new version, one after the other"
    if Facts(after).on("rollOutCiliumPods"):
        return f"the agents of {count} nodes restart, one after the other"
    return "takes effect only after a restart of the agents (rollOutCiliumPods is off)"
