"""What the rules' pages claim, shown on the lab: each mistake is planned, refused, waived, applied, and looked at.

Effects are seen past the probes: in FRR's own tables, in the API, on the agents, on the wire.
"""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.e2e.harness import Edge, until

long = pytest.mark.skipif(os.environ.get("EDGE_TRUTH") != "1", reason="long; `make truth` runs it")
# Cases of the tables below that take more than a quarter of a minute each.
LONG = {"no_families", "misspelt_family_label", "pool_for_others", "no_peer_config", "strange_kinds", "small_pool",
        "two_asns_without_relax", "overlapping_pools"}  # fmt: skip

Edit = Callable[[Any], None]
Look = Callable[[Edge], bool]

NODES = {"cilium-ctr": "192.168.10.100", "cilium-w1": "192.168.10.101", "cilium-w2": "192.168.10.102",
         "cilium-w3": "192.168.20.100"}  # fmt: skip
ALL = set(NODES.values())
VIP = "172.16.1.1"
POD_CIDR = {address: f"172.20.{i}.0/24" for i, address in enumerate(NODES.values())}
REASON = "the lab shows what happens then"


@dataclass(frozen=True)
class Case:
    """`edit` makes the mistake of `rule`; then every one of `effects` comes true.

    `red`: what verify says the cause is; None where the page does not make it verify's matter.
    `refused`: `up` fails and says so.
    """

    rule: str
    edit: Edit
    effects: tuple[Look, ...] = ()
    red: str | None = None
    refused: str | None = None
    warning: bool = False
    also: tuple[str, ...] = ()
    name: str = ""

    def __str__(self) -> str:
        return f"{self.rule}-{self.name or self.edit.__name__}"


# --- what is seen ---


def view(edge: Edge) -> tuple[dict[str, str], dict[str, set[str]]]:
    """The router in one call: neighbor -> FRR's state of it; prefix -> next hops in the kernel."""
    shown = edge.on("cilium-r", "vtysh -c 'show bgp neighbors json'; echo ===; ip -j route show proto bgp")
    neighbors, table = (json.loads(part or "[]") for part in shown.split("==="))
    return (
        {a: n["bgpState"] for a, n in neighbors.items() if isinstance(n, dict) and "bgpState" in n},
        {r["dst"]: {hop["gateway"] for hop in r.get("nexthops") or [r]} for r in table},
    )


def states(edge: Edge) -> dict[str, str]:
    return view(edge)[0]


def routes(edge: Edge) -> dict[str, set[str]]:
    return view(edge)[1]


def item(edge: Edge, kind: str, name: str) -> Any:
    return json.loads(edge.kubectl("get", kind, name, "-o", "json"))


def condition(edge: Edge, kind: str, name: str, wanted: str) -> Any:
    """A condition of an object, {} where it has none."""
    found = item(edge, kind, name).get("status", {}).get("conditions") or []
    return next((c for c in found if c["type"] == wanted), {})


def addresses(edge: Edge, service: str) -> list[str]:
    status = item(edge, "service", service)["status"]
    return [entry["ip"] for entry in status.get("loadBalancer", {}).get("ingress") or []]


def agent(edge: Edge, node: str, *command: str) -> str:
    """A command in the agent on a node."""
    found = edge.kubectl("-n", "kube-system", "get", "pods", "-l", "k8s-app=cilium",
                         f"--field-selector=spec.nodeName={node}", "-o", "name")  # fmt: skip
    return edge.kubectl("-n", "kube-system", "exec", found.split()[0], "-c", "cilium-agent", "--", *command)


def answers(edge: Edge, host: str, address: str, tries: int = 6) -> int:
    """How many of a few HTTP requests from a host are answered."""
    script = f"for i in $(seq {tries}); do curl -s -o /dev/null -m 1 http://{address}/ && echo yes; done; true"
    return edge.on(host, script).count("yes")


def healthy(edge: Edge) -> bool:
    """Every session, every PodCIDR and the VIP: what a mistake then takes away."""
    seen, table = view(edge)
    return (
        set(seen) == ALL
        and set(seen.values()) == {"Established"}
        and table == {VIP: ALL, **{prefix: {hop} for hop, prefix in POD_CIDR.items()}}
    )


# --- what is claimed ---


def down(*nodes: str) -> Look:
    """These sessions (all of them where none is named) are not up, the others are, and so are the routes."""
    gone = {NODES[node] for node in nodes} or ALL

    def look(edge: Edge) -> bool:
        seen, table = view(edge)
        up = {address for address, state in seen.items() if state == "Established"}
        return up == ALL - gone and set(table) - {VIP} == {POD_CIDR[a] for a in ALL - gone}

    return stays(look)


def up_and_has(*prefixes: str) -> Look:
    """Every session is up, and the router has these prefixes from them and no other."""

    def look(edge: Edge) -> bool:
        seen, table = view(edge)
        return set(seen.values()) == {"Established"} and set(table) == set(prefixes)

    return stays(look)


def stays(look: Look) -> Look:
    """Twice, with time in between in which a slow daemon would have put it right."""

    def twice(edge: Edge) -> bool:
        if not look(edge):
            return False
        time.sleep(3)
        return look(edge)

    return twice


def told(kind: str, name: str, wanted: str, status: str = "True") -> Look:
    """A condition of Cilium's has this status."""
    return lambda edge: condition(edge, kind, name, wanted).get("status") == status


def pending(service: str, reason: str | None) -> Look:
    """A Service has no address, and LB-IPAM's condition says why (None: it has no condition at all)."""

    def look(edge: Edge) -> bool:
        found = condition(edge, "service", service, "cilium.io/IPAMRequestSatisfied")
        return addresses(edge, service) == [] and found.get("reason") == reason

    return stays(look)


# --- the parts of the stack ---


def peer_config(stack: Any) -> Any:
    return stack["bgp"]["peerConfigs"][0]


def instance(stack: Any) -> Any:
    return stack["bgp"]["clusterConfigs"][0]["instances"][0]


def router(stack: Any) -> Any:
    return stack["routers"][0]["bgp"]


def service_entry(stack: Any) -> Any:
    return stack["bgp"]["advertisements"][1]["advertisements"][0]


def add_service(stack: Any, name: str, **more: Any) -> None:
    """A second Service in front of the same pods; `up` does not wait for its address."""
    notes = {"pulumi.com/skipAwait": "true", **more.pop("annotations", {})}
    stack["services"].append({"name": name, "labels": {"app": "webpod"}, "selector": {"app": "webpod"},
                              "annotations": notes, **more})  # fmt: skip


def add_manifest(stack: Any, api_version: str, kind: str, spec: Any) -> None:
    manifest = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "extra"}, "spec": spec}
    stack.setdefault("manifests", []).append(manifest)


PODS = tuple(POD_CIDR.values())

# --- BGP: sessions that do not come up ---


def wrong_peer_asn(stack: Any) -> None:
    instance(stack)["peers"][0]["asn"] = 65010


def same_asn_but_external(stack: Any) -> None:
    instance(stack)["localASN"] = 65000


def new_instance_without_asn(stack: Any) -> None:
    del instance(stack)["localASN"]
    instance(stack)["name"] = "another"


def misspelt_peer_config(stack: Any) -> None:
    instance(stack)["peers"][0]["peerConfigRef"] = "cilium-pear"


def no_node_has_the_label(stack: Any) -> None:
    stack["bgp"]["nodeLabels"] = {}


def one_neighbor_too_few(stack: Any) -> None:
    router(stack)["neighbors"].pop()


SESSIONS = (
    Case("B1", wrong_peer_asn, (down(),), red="Cilium expects AS 65010, FRR speaks as AS 65000"),
    Case("B2", same_asn_but_external, (down(),), red="AS 65000"),
    Case("B3", new_instance_without_asn, (down(),), red="localASN is missing"),
    Case("B4", misspelt_peer_config,
         (down(), told("ciliumbgpclusterconfig", "cilium-bgp", "cilium.io/MissingPeerConfigs")),
         red="peerConfigRef is wrong"),
    Case("B18", no_node_has_the_label,
         (down(), told("ciliumbgpclusterconfig", "cilium-bgp", "cilium.io/NoMatchingNode")),
         red="no cluster config selects a node"),
    Case("B22", one_neighbor_too_few, (down("cilium-w3"),), red="FRR has no neighbor 192.168.20.100"),
)  # fmt: skip


# --- BGP: sessions that are up and carry nothing, or not what was meant ---


def no_families(stack: Any) -> None:
    peer_config(stack)["families"] = []


def no_peer_config(stack: Any) -> None:
    del instance(stack)["peers"][0]["peerConfigRef"]


def misspelt_family_label(stack: Any) -> None:
    peer_config(stack)["families"][0]["advertisements"] = {"matchLabels": {"advertise": "bpg"}}


def no_service_selector(stack: Any) -> None:
    del service_entry(stack)["selector"]


def service_without_labels(stack: Any) -> None:
    stack["services"][0]["labels"] = {}


def no_return_routes(stack: Any) -> None:
    stack["bgp"]["returnRoutes"] = "off"


def pods_are_apart(edge: Edge) -> bool:
    """The router reaches every pod; a pod reaches none on another node."""
    found = json.loads(edge.kubectl("get", "pods", "-l", "app=webpod", "-o", "json"))["items"]
    ips = [pod["status"]["podIP"] for pod in found]
    script = "; ".join(f"curl -s -o /dev/null -m 1 http://{ip} && echo yes" for ip in ips)
    inside = edge.kubectl("exec", "curl-pod", "--", "sh", "-c", f"{script}; true")
    return all(answers(edge, "cilium-r", ip, 1) == 1 for ip in ips) and "yes" not in inside


def two_paths(stack: Any) -> None:
    router(stack)["maximumPaths"] = 2


def two_asns_without_relax(stack: Any) -> None:
    router(stack)["multipathRelax"] = False
    one = {"name": "instance-65001", "localASN": 65002}
    stack["bgp"]["nodeOverrides"] = [{"node": "cilium-w1", "instances": [one]}]


def hops(*expected: set[str]) -> Look:
    return stays(lambda edge: routes(edge).get(VIP) in expected)


def unseen_override(stack: Any) -> None:
    one = {"name": "instance-65002", "routerId": "192.0.2.7"}
    stack["bgp"]["nodeOverrides"] = [{"node": "cilium-w1", "instances": [one]}]


def seen_override(stack: Any) -> None:
    unseen_override(stack)
    stack["bgp"]["nodeOverrides"][0]["instances"][0]["name"] = "instance-65001"


def router_id(node: str, expected: str) -> Look:
    return stays(lambda edge: edge.sessions()[NODES[node]].get("remoteRouterId") == expected)


def two_cluster_configs(stack: Any) -> None:
    other = copy.deepcopy(stack["bgp"]["clusterConfigs"][0])
    other["name"] = "another"
    other["instances"][0]["peers"][0]["asn"] = 65010
    stack["bgp"]["clusterConfigs"].append(other)


def local_preference(stack: Any) -> None:
    stack["bgp"]["advertisements"][0]["advertisements"][0]["localPreference"] = 200


def preference_arrives(*expected: int | None) -> Look:
    def look(edge: Edge) -> bool:
        answer = json.loads(edge.on("cilium-r", f"vtysh -c 'show bgp ipv4 unicast {PODS[1]} json'"))
        return [path.get("locPrf") for path in answer.get("paths", [])] == list(expected)

    return stays(look)


def inside_one_as(stack: Any) -> None:
    instance(stack)["localASN"] = 65000
    router(stack)["peerGroups"][0]["remoteAs"] = "internal"
    del peer_config(stack)["ebgpMultihop"]


def local_preference_inside(stack: Any) -> None:
    inside_one_as(stack)
    local_preference(stack)


def cluster_ip(stack: Any) -> None:
    service_entry(stack)["addresses"].append("ClusterIP")


def announced_and_not_served(edge: Edge) -> bool:
    address = item(edge, "service", "webpod")["spec"]["clusterIP"]
    return routes(edge).get(address) == ALL and answers(edge, "cilium-r", address, 4) == 0


def secret_that_is_not_there(stack: Any) -> None:
    peer_config(stack)["authSecretRef"] = "bgp-oath"


ROUTES = (
    Case("B5", no_families, (up_and_has(),), red=""),
    Case("B5", no_peer_config, (up_and_has(),), red=""),
    Case("B6", misspelt_family_label, (up_and_has(),), red=""),
    Case("B7", no_service_selector, (up_and_has(*PODS),)),
    Case("B8", service_without_labels, (up_and_has(*PODS),), warning=True),
    # The session does without a password; what that does with a router that wants one is shown below.
    Case("B14", secret_that_is_not_there,
         (told("ciliumbgppeerconfig", "cilium-peer", "cilium.io/MissingAuthSecret"), up_and_has(VIP, *PODS))),
    # The older one wins: the younger one's wrong AS number does no harm.
    Case("B17", two_cluster_configs,
         (told("ciliumbgpclusterconfig", "another", "cilium.io/ConflictingClusterConfig"), up_and_has(VIP, *PODS)),
         also=("B1",)),
    Case("B19", unseen_override, (router_id("cilium-w1", NODES["cilium-w1"]),)),
    Case("B24", no_return_routes, (up_and_has(VIP, *PODS), pods_are_apart)),
    Case("B28", two_paths, (stays(lambda edge: len(routes(edge).get(VIP, ())) == 2),), warning=True),
    Case("B28", two_asns_without_relax, (hops(ALL - {NODES["cilium-w1"]}, {NODES["cilium-w1"]}),), warning=True,
         red="multipath-relax"),
    Case("B30", local_preference, (preference_arrives(None),), warning=True),
    Case("B33", cluster_ip, (announced_and_not_served,)),
)  # fmt: skip


# --- what the API server or FRR refuses ---


def pod_cidr_with_selector(stack: Any) -> None:
    stack["bgp"]["advertisements"][0]["advertisements"][0]["selector"] = {"matchLabels": {"a": "b"}}


def service_without_addresses(stack: Any) -> None:
    del service_entry(stack)["addresses"]


def keepalive_over_hold(stack: Any) -> None:
    peer_config(stack).update(hold=9, keepalive=30)


def undeclared_group(stack: Any) -> None:
    router(stack)["listenRanges"] = [{"prefix": "192.168.10.0/24", "peerGroup": "CILIM"}]


def strange_kinds(stack: Any) -> None:
    add_manifest(stack, "cilium.io/v2", "CiliumPodIPPool", {"ipv4": {"cidrs": ["10.99.0.0/16"], "maskSize": 24}})
    add_manifest(stack, "cilium.io/v2", "CiliumEgressGatewayPolicy", {})
    add_manifest(stack, "isovalent.com/v1", "IsovalentEgressGatewayPolicy", {})
    add_manifest(stack, "cilium.io/v2", "CiliumLoadBalancerIPPool", {"cidrs": [{"cidr": "172.16.9.0/24"}]})


def gone_key(stack: Any) -> None:
    stack["cilium"]["values"]["tunnel"] = "vxlan"


REFUSED = (
    Case("B10", pod_cidr_with_selector, refused="selector field is not allowed for the 'PodCIDR'"),
    Case("B10", service_without_addresses, refused="service field is required for the 'Service'"),
    Case("B12", keepalive_over_hold, refused="keepAliveTimeSeconds can not be larger than holdTimeSeconds"),
    Case("R6", undeclared_group, refused="the previous configuration was put back"),
    Case("X6", gone_key, refused="tunnel was deprecated in v1.14 and has been removed in v1.15"),
    # One `up` for four: a kind that is not there is waited for, since it may be on its way.
    Case("X4", strange_kinds, refused="no kind CiliumPodIPPool in cilium.io/v2", also=("X3", "G17", "P9")),
)


# --- LB-IPAM ---


def overlapping_pools(stack: Any) -> None:
    stack["pools"][0]["serviceSelector"] = {"matchLabels": {"app": "webpod"}}
    stack["pools"].append({"name": "second", "blocks": [{"cidr": "172.16.1.128/25"}],
                           "serviceSelector": {"matchLabels": {"app": "other"}}})  # fmt: skip
    add_service(stack, "other", labels={"app": "other"})


def small_pool(stack: Any) -> None:
    stack["pools"][0]["blocks"] = [{"cidr": "172.16.1.0/30"}]
    add_service(stack, "second")
    add_service(stack, "third")


def one_goes_without(edge: Edge) -> bool:
    names = ("webpod", "second", "third")
    without = [name for name in names if not addresses(edge, name)]
    given = [address for name in names for address in addresses(edge, name)]
    return (
        len(without) == 1
        and sorted(given) == ["172.16.1.1", "172.16.1.2"]
        and condition(edge, "service", without[0], "cilium.io/IPAMRequestSatisfied")["reason"] == "out_of_ips"
    )


def pool_for_others(stack: Any) -> None:
    stack["pools"][0]["serviceSelector"] = {"matchLabels": {"tier": "edge"}}


def address_of_no_pool(stack: Any) -> None:
    add_service(stack, "second", requestedIPs=["172.16.2.7"])


def reserved_address(stack: Any) -> None:
    add_service(stack, "second", requestedIPs=["172.16.1.0"])


def shared_port(stack: Any) -> None:
    # A key counts when an address is given out; the Service that has one already would not take part.
    for name in ("second", "third"):
        add_service(stack, name, annotations={"lbipam.cilium.io/sharing-key": "web"})


def different_ports(stack: Any) -> None:
    shared_port(stack)
    stack["services"][-1]["port"] = 81


def sharing(shared: bool) -> Look:
    def look(edge: Edge) -> bool:
        one, two = addresses(edge, "second"), addresses(edge, "third")
        return len(one) == len(two) == 1 and (one == two) == shared

    return stays(look)


def foreign_class(stack: Any) -> None:
    add_service(stack, "second", labels={"app": "other"}, loadBalancerClass="metallb")


def split_range(stack: Any) -> None:
    stack["pools"].append({"name": "second", "blocks": [{"start": "172.16.9.211"}, {"start": "172.16.9.215"}]})


def counted(pool: str, total: str) -> Look:
    wanted = "cilium.io/IPsTotal"
    return lambda edge: condition(edge, "ciliumloadbalancerippool", pool, wanted).get("message") == total


def pool_on_the_link(stack: Any) -> None:
    stack["pools"][0]["blocks"] = [{"cidr": "192.168.10.240/28"}]


def resolved(edge: Edge, host: str, address: str) -> bool:
    """Whether somebody on the link answers a host's ARP for an address."""
    script = f"ip neigh flush to {address}; ping -c 1 -W 1 {address} >/dev/null; ip -j neigh show to {address}"
    return any("lladdr" in entry for entry in json.loads(edge.on(host, script) or "[]"))


def reached_through_the_router_alone(edge: Edge) -> bool:
    given = addresses(edge, "webpod")
    return (
        given == ["192.168.10.241"]
        and answers(edge, "cilium-r", given[0], 4) == 4
        and resolved(edge, "cilium-w1", "192.168.10.102")
        and not resolved(edge, "cilium-w1", given[0])
    )


POOLS = (
    Case("P1", overlapping_pools,
         (told("ciliumloadbalancerippool", "second", "cilium.io/PoolConflict"), pending("other", "no_pool")),
         red="no enabled CiliumLoadBalancerIPPools"),
    Case("P2", small_pool, (stays(one_goes_without),), red="ran out of allocatable IPs"),
    Case("P3", pool_for_others, (pending("webpod", "no_pool"), up_and_has(*PODS)),
         red="no enabled CiliumLoadBalancerIPPools"),
    Case("P4", address_of_no_pool, (pending("second", "no_pool"),), red="172.16.2.7"),
    Case("P4", reserved_address, (pending("second", "already_allocated"),), red="172.16.1.0"),
    Case("P5", shared_port, (sharing(False),), warning=True),
    Case("P6", foreign_class, (pending("second", None),), warning=True, red="no enabled pool matches"),
    Case("P8", split_range, (counted("second", "2"),), warning=True),
    Case("P12", pool_on_the_link, (reached_through_the_router_alone,), warning=True),
)  # fmt: skip


# --- the router ---


def too_many_paths(stack: Any) -> None:
    router(stack)["maximumPaths"] = 256


def wide_keepalive(stack: Any) -> None:
    router(stack)["peerGroups"][0]["timers"] = {"keepalive": 5, "hold": 9}


def short_hold(stack: Any) -> None:
    router(stack)["peerGroups"][0]["timers"] = {"keepalive": 1, "hold": 3}


def timers(hold: int, keepalive: int) -> Look:
    """What the sessions agreed on, once they are new."""

    def look(edge: Edge) -> bool:
        edge.on("cilium-r", "vtysh -c 'clear bgp *'")
        until(lambda: set(states(edge).values()) == {"Established"}, 90, "the sessions are back")
        found = {(n["bgpTimerHoldTimeMsecs"], n["bgpTimerKeepAliveIntervalMsecs"]) for n in edge.sessions().values()}
        return found == {(hold * 1000, keepalive * 1000)}

    return look


def internal_multihop(stack: Any) -> None:
    router(stack)["neighbors"].append({"address": "192.0.2.1", "remoteAs": "internal", "ebgpMultihop": 2})


def never_written(line: str) -> Look:
    """FRR takes the line from the file, and does not have it."""
    return lambda edge: (
        line in edge.on("cilium-r", "cat /etc/frr/frr.conf")
        and line not in edge.on("cilium-r", "vtysh -c 'show running-config'")
        and line.strip() in edge.on("cilium-r", "/usr/lib/frr/frr-reload.py --test --stdout /etc/frr/frr.conf")
    )


def in_force(line: str) -> Look:
    return lambda edge: line in edge.on("cilium-r", "vtysh -c 'show running-config'").splitlines()


def network_of_nobody(stack: Any) -> None:
    router(stack)["networks"].append("10.99.0.0/24")


def announced(*prefixes: str) -> Look:
    """The router's own prefixes that a node is told."""

    def look(edge: Edge) -> bool:
        command = "vtysh -c 'show bgp ipv4 unicast neighbors 192.168.10.101 advertised-routes json'"
        told = json.loads(edge.on("cilium-r", command))["advertisedRoutes"]
        return {prefix for prefix in told if prefix.startswith("10.")} == set(prefixes)

    return stays(look)


def network_without_check(stack: Any) -> None:
    network_of_nobody(stack)
    router(stack)["importCheck"] = False


def next_hop_off_link(stack: Any) -> None:
    stack["routers"][0]["staticRoutes"] = [{"to": "10.99.0.0/16", "via": "203.0.113.1"}]


def not_installed(edge: Edge) -> bool:
    shown = edge.on("cilium-r", "vtysh -c 'show running-config'; ip route show 10.99.0.0/16")
    return "ip route 10.99.0.0/16 203.0.113.1" in shown and "proto static" not in shown


ROUTER = (
    Case("R1", too_many_paths, (never_written("  maximum-paths 256"),), warning=True),
    Case("R2", wide_keepalive, (in_force(" neighbor CILIUM timers 3 9"), timers(9, 3)), warning=True),
    Case("R3", internal_multihop, (never_written(" neighbor 192.0.2.1 ebgp-multihop 2"),)),
    Case("R4", network_of_nobody, (announced("10.10.1.0/24"),), warning=True),
    Case("R5", next_hop_off_link, (stays(not_installed),)),
    Case("R7", short_hold, (timers(3, 1),), warning=True),
)


# --- L2 announcements and egress gateways, on the shipped stack with both ---

SERVER, LINKED = "192.168.20.200", "192.168.10.240"


def host(*names: str) -> Any:
    return {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": list(names)}]}


def features(stack: Any) -> None:
    """An address on the nodes' link by L2, and a gateway for the client pod's way to the router."""
    values = stack["cilium"]["values"]
    # Without the operator's restart nobody registers the new kinds, and restarted agents wait for them.
    values["rollOutCiliumPods"] = values["operator"]["rollOutPods"] = True
    by_l2 = {"matchLabels": {"announce": "l2"}}
    # Nodes of the link alone: a leader on another link answers nobody.
    stack["l2Policies"] = [{"name": "arp", "interfaces": ["^eth1$"], "loadBalancerIPs": True,
                            "serviceSelector": by_l2, "nodeSelector": host("cilium-w1", "cilium-w2")}]  # fmt: skip
    stack["pools"][0]["serviceSelector"] = {"matchLabels": {"app": "webpod"}}
    stack["pools"].append({"name": "link", "blocks": [{"start": LINKED, "stop": "192.168.10.245"}],
                           "serviceSelector": by_l2})  # fmt: skip
    stack["services"].append({"name": "linked", "labels": {"announce": "l2"}, "selector": {"app": "webpod"}})
    stack["egressPolicies"] = [egress("good", nodeSelector=host("cilium-w2"), interface="eth1")]


def egress(name: str, **gateway: Any) -> Any:
    """A policy of its own name: an agent that refuses a changed one goes on with the one from before."""
    return {"name": name, "selectors": [{"podSelector": {"matchLabels": {"app": "curl"}}}],
            "destinationCIDRs": [f"{SERVER}/32"], "egressGateway": gateway}  # fmt: skip


def source(edge: Edge) -> str:
    """The address that the router sees of the client pod; nothing where no answer comes."""
    script = f"curl -s -m 2 http://{SERVER}:8080/ || true"
    return edge.kubectl("exec", "curl-pod", "--", "sh", "-c", script).strip()


def leaves_with(*expected: str) -> Look:
    return stays(lambda edge: source(edge) in expected)


def lease(edge: Edge) -> str:
    """Who announces the linked Service."""
    name = "cilium-l2announce-default-linked"
    found = json.loads(edge.kubectl("-n", "kube-system", "get", "leases", "-o", "json"))["items"]
    return next((i["spec"].get("holderIdentity") or "" for i in found if i["metadata"]["name"] == name), "")


def by_l2(edge: Edge) -> bool:
    """Somebody answers ARP for the linked address, and behind it is the Service."""
    return resolved(edge, "cilium-r", LINKED) and answers(edge, "cilium-r", LINKED, 4) == 4


def silent(edge: Edge) -> bool:
    return addresses(edge, "linked") == [LINKED] and not resolved(edge, "cilium-r", LINKED)


def features_work(edge: Edge) -> bool:
    return healthy(edge) and source(edge) == NODES["cilium-w2"] and lease(edge) != "" and by_l2(edge)


def both_addresses(stack: Any) -> None:
    stack["egressPolicies"] = [
        egress("both", nodeSelector=host("cilium-w2"), interface="eth1", egressIP=NODES["cilium-w2"])
    ]


def interface_that_is_not_there(stack: Any) -> None:
    stack["egressPolicies"] = [egress("net0", nodeSelector=host("cilium-w2"), interface="net0")]


def address_that_is_not_there(stack: Any) -> None:
    stack["egressPolicies"] = [egress("absent", nodeSelector=host("cilium-w2"), egressIP="192.168.10.199")]


def gateway_that_is_not_there(stack: Any) -> None:
    stack["egressPolicies"] = [egress("nobody", nodeSelector={"matchLabels": {"egress-gw": "true"}}, interface="eth1")]


def two_gateways(stack: Any) -> None:
    stack["egressPolicies"] = [egress("two", nodeSelector=host("cilium-w3", "cilium-w1"), interface="eth1")]


def list_of_gateways_alone(stack: Any) -> None:
    policy = egress("list", nodeSelector=host("cilium-w2"), interface="eth1")
    policy["egressGateways"] = [policy.pop("egressGateway")]
    stack["egressPolicies"] = [policy]


def exclusion_elsewhere(stack: Any) -> None:
    stack["egressPolicies"] = [egress("apart", nodeSelector=host("cilium-w2"), interface="eth1")]
    stack["egressPolicies"][0]["excludedCIDRs"] = ["10.0.0.0/8"]


def selects_nobody(stack: Any) -> None:
    stack["egressPolicies"] = [egress("empty", nodeSelector=host("cilium-w2"), interface="eth1")]
    stack["egressPolicies"][0]["selectors"] = []


def nothing_announced(stack: Any) -> None:
    del stack["l2Policies"][0]["loadBalancerIPs"]


def other_interfaces(stack: Any) -> None:
    stack["l2Policies"][0]["interfaces"] = ["^enp"]


def node_without_the_label(stack: Any) -> None:
    stack["l2Policies"][0]["nodeSelector"] = {"matchLabels": {"edge": "yes"}}


def local_behind_l2(stack: Any) -> None:
    stack["workloads"].append({"name": "lonely", "image": "traefik/whoami", "labels": {"app": "lonely"},
                               "node": "cilium-w1", "port": 80})  # fmt: skip
    stack["services"][1].update(externalTrafficPolicy="Local", selector={"app": "lonely"})
    stack["l2Policies"][0]["nodeSelector"] = host("cilium-w2")


def heard_and_dropped(edge: Edge) -> bool:
    return lease(edge) == "cilium-w2" and resolved(edge, "cilium-r", LINKED) and answers(edge, "cilium-r", LINKED) == 0


def class_of_l2(stack: Any) -> None:
    add_service(stack, "second", loadBalancerClass="io.cilium/l2-announcer")


def given_and_not_announced(edge: Edge) -> bool:
    given = addresses(edge, "second")
    return len(given) == 1 and given[0].startswith("172.16.1.") and set(routes(edge)) == {VIP, *PODS}


FEATURES = (
    Case("G4", both_addresses, (leaves_with(NODES["cilium-ctr"]),)),
    Case("G5", interface_that_is_not_there, (leaves_with(""),)),
    Case("G6", address_that_is_not_there, (leaves_with(""),)),
    Case("G8", gateway_that_is_not_there, (leaves_with(""),)),
    Case("G9", two_gateways, (leaves_with(NODES["cilium-w1"]),), warning=True),
    Case("G10", list_of_gateways_alone, refused="egressGateway"),
    Case("G11", exclusion_elsewhere, (leaves_with(NODES["cilium-w2"]),), warning=True),
    Case("G13", selects_nobody, (leaves_with(NODES["cilium-ctr"]),)),
    Case("L2", nothing_announced, (stays(silent), lambda edge: lease(edge) == "")),
    Case("L3", other_interfaces, (stays(silent),), warning=True),
    Case("L6", local_behind_l2, (stays(heard_and_dropped),), warning=True),
    Case("L7", node_without_the_label, (stays(silent),)),
    Case("B31", class_of_l2, (stays(given_and_not_announced),)),
)


# --- the tests ---


@dataclass(frozen=True)
class Ground:
    """What cases start from: a good stack, and what is true of it."""

    edit: Edit
    well: Look


PLAIN = Ground(lambda stack: None, healthy)
WITH_FEATURES = Ground(features, features_work)


@pytest.fixture(scope="module")
def lab(_lab: Edge) -> Iterator[Edge]:
    """The lab of the session, from one case straight to the next; the shipped stack when all are through."""
    yield _lab
    heal(_lab, PLAIN)


def heal(edge: Edge, ground: Ground) -> None:
    """The good stack, and everything that a case is about to take away is there."""
    edge.change(ground.edit)
    edge.run("up")
    # What FRR threw away for want of a policy, it does not ask for again by itself.
    edge.on("cilium-r", "vtysh -c 'clear bgp * soft in'")
    # A Service that lost its address to a case may have been given another one since.
    if addresses(edge, "webpod") != [VIP]:
        edge.kubectl("annotate", "service", "webpod", f"lbipam.cilium.io/ips={VIP}")
        until(lambda: addresses(edge, "webpod") == [VIP], 60, "the Service has its address again")
        edge.kubectl("annotate", "service", "webpod", "lbipam.cilium.io/ips-")
    until(lambda: ground.well(edge), 150, "the good stack is well")


def named(case: Case, output: str) -> bool:
    return all(re.search(rf"^ +{rule} \S", output, re.MULTILINE) for rule in (case.rule, *case.also))


def apply(edge: Edge, case: Case, ground: Ground = PLAIN, password: str = "") -> subprocess.CompletedProcess[str]:
    """Plan the mistake, which the rule names; then waive it, and `up`."""

    def mistake(stack: Any) -> None:
        ground.edit(stack)
        case.edit(stack)

    def waived(stack: Any) -> None:
        mistake(stack)
        stack["waivers"] = [{"rule": rule, "reason": REASON} for rule in (case.rule, *case.also)]

    edge.change(mistake)
    plan = edge.run("plan", ok=False)
    assert plan.returncode == (0 if case.warning else 2), plan.stderr
    assert named(case, plan.stderr), plan.stderr
    edge.change(waived)
    if password:
        edge.run("config", "set-secret", "bgpPassword", stdin=password)
    return edge.run("up", ok=case.refused is None)


def see(edge: Edge, case: Case) -> None:
    """The effects, and what verify says."""
    for i, look in enumerate(case.effects, start=1):
        until(partial(look, edge), 60, f"{case}: effect {i}")
    if case.red is not None:
        verified = edge.verify(1, ok=False)
        assert not verified["green"]
        causes = [verdict["cause"] for verdict in verified["verdicts"] if verdict["color"] != "green"]
        assert any(case.red in cause for cause in causes), causes


def show(edge: Edge, case: Case, ground: Ground = PLAIN) -> None:
    if not ground.well(edge):
        heal(edge, ground)
    done = apply(edge, case, ground)
    if case.refused is not None:
        assert done.returncode == 1, done.stderr
        assert case.refused in done.stderr, done.stderr
    see(edge, case)


@pytest.mark.parametrize("case", [
    pytest.param(case, marks=[long] if case.edit.__name__ in LONG else [], id=str(case))
    for case in [*SESSIONS, *ROUTES, *POOLS, *ROUTER, *REFUSED]
])  # fmt: skip
def test_the_mistake_does_what_its_page_says(lab: Edge, case: Case) -> None:
    show(lab, case)


def test_up_refuses_what_plan_refuses(lab: Edge) -> None:
    lab.change(wrong_peer_asn)
    done = lab.run("up", ok=False)
    assert done.returncode == 2
    assert named(SESSIONS[0], done.stderr)


@pytest.mark.parametrize(("edit", "look"), [
    (different_ports, sharing(True)), (seen_override, router_id("cilium-w1", "192.0.2.7")),
    (network_without_check, announced("10.10.1.0/24", "10.99.0.0/24")),
    (local_preference_inside, preference_arrives(200)),
], ids=["P5", "B19", "R4", "B30"])  # fmt: skip
def test_the_good_twin_works(lab: Edge, edit: Edit, look: Look) -> None:
    lab.change(edit)
    assert lab.run("plan").returncode == 0
    lab.run("up")
    until(lambda: look(lab), 60, "the good twin works")


@long
def test_b3_a_live_instance_that_loses_its_number_freezes(lab: Edge) -> None:
    """The session stays, and nothing that is changed from then on reaches the node's BGP."""

    def without_number(stack: Any) -> None:
        del instance(stack)["localASN"]

    def and_without_services(stack: Any) -> None:
        without_number(stack)
        del stack["bgp"]["advertisements"][1]

    heal(lab, PLAIN)
    frozen = up_and_has(VIP, *PODS)
    apply(lab, Case("B3", without_number))
    until(lambda: frozen(lab), 60, "the sessions stay")
    apply(lab, Case("B3", and_without_services))
    assert frozen(lab)


@long
def test_b13_packets_with_a_ttl_of_one_end_at_the_first_router(lab: Edge) -> None:
    """A peer behind the router; the router's own addresses are no hop away, whichever link they are on."""

    def far_peer(stack: Any) -> None:
        del peer_config(stack)["ebgpMultihop"]
        # A peer of another name is a new one: agents keep the TTL of one that they have.
        instance(stack)["peers"][0]["name"] = "near"
        far = {"name": "far", "asn": 65100, "address": "10.99.0.2", "peerConfigRef": "cilium-peer"}
        instance(stack)["peers"].append(far)

    def far_peer_with_hops(stack: Any) -> None:
        far_peer(stack)
        peer_config(stack)["ebgpMultihop"] = 2
        instance(stack)["peers"][1]["name"] = "far-with-hops"

    def callers(edge: Edge) -> set[str]:
        return set(edge.on("cilium-r", "cat /tmp/callers").split())

    heal(lab, PLAIN)
    lab.on("cilium-r", "cat > /tmp/listen.py", stdin=_LISTENER)
    lab.on("cilium-r", _FAR_SIDE)
    for node, way in {"cilium-ctr": "10", "cilium-w1": "10", "cilium-w2": "10", "cilium-w3": "20"}.items():
        lab.on(node, f"ip route replace 10.99.0.0/30 via 192.168.{way}.200")
    try:
        assert lab.on("cilium-w3", "ping -c 1 -W 2 10.99.0.2").count("ttl=63") == 1
        apply(lab, Case("B13", far_peer))
        near = up_and_has(VIP, *PODS)
        until(lambda: near(lab), 90, "sessions with the router itself need no second hop")
        until(lambda: "10.99.0.2" in agent(lab, "cilium-ctr", "cilium-dbg", "bgp", "peers"), 60,
              "the agents have the far peer")  # fmt: skip
        time.sleep(10)
        assert callers(lab) == set()
        lab.change(far_peer_with_hops)
        lab.run("up")
        until(lambda: callers(lab) == ALL, 90, "with a second hop they arrive")
    finally:
        for node in NODES:
            lab.on(node, "ip route del 10.99.0.0/30", ok=False)
        lab.on("cilium-r", "kill $(cat /tmp/listen.pid); ip netns del far", ok=False)


@long
def test_b14_b15_passwords_that_are_not_the_same(lab: Edge) -> None:
    """The kernel drops what is not signed: a connection that times out, and a counter."""

    def both(stack: Any) -> None:
        router(stack)["peerGroups"][0]["passwordConfig"] = "bgpPassword"
        peer_config(stack)["authSecretRef"] = "bgp-auth"
        stack["bgp"]["authSecrets"] = [{"name": "bgp-auth", "passwordConfig": "bgpPassword"}]

    def router_alone(stack: Any) -> None:
        del peer_config(stack)["authSecretRef"]

    def unsigned(edge: Edge) -> int:
        shown = edge.on("cilium-r", "nstat -asz TcpExtTCPMD5NotFound")
        return int(shown.split("TcpExtTCPMD5NotFound")[1].split()[0])

    word = "a-password-of-the-lab"
    ground = Ground(both, healthy)
    for case in (
        Case("B14", secret_that_is_not_there, (down(),), red="MD5 password"),
        Case("B15", router_alone, (down(),), red="MD5 password"),
    ):
        lab.change(both)
        lab.run("config", "set-secret", "bgpPassword", stdin=word)
        lab.run("up")
        until(lambda: healthy(lab), 120, "one password on both sides")
        before = unsigned(lab)
        apply(lab, case, ground, word)
        see(lab, case)
        until(lambda before=before: unsigned(lab) > before, 60, "unsigned segments are counted")  # type: ignore[misc]


@long
def test_b16_routes_go_and_come_back_with_the_agent(lab: Edge) -> None:
    """One second: an agent whose image is there is back with its sessions after two or three."""

    def short(stack: Any) -> None:
        peer_config(stack)["gracefulRestart"] = 1

    def promised(edge: Edge) -> bool:
        seen = edge.sessions()[NODES["cilium-w1"]]
        return healthy(edge) and seen["gracefulRestartInfo"]["timers"].get("receivedRestartTimer") == 1

    heal(lab, PLAIN)
    apply(lab, Case("B16", short, warning=True))
    until(lambda: promised(lab), 90, "the router knows the short time")
    script = f"for i in $(seq 600); do ip route show {PODS[1]} | grep -q via || exec echo gone; sleep 0.1; done"
    watcher = lab.start("lab", "exec", "cilium-r", "--", "sh", "-c", script)
    pods = lab.kubectl("-n", "kube-system", "get", "pods", "-l", "k8s-app=cilium",
                       "--field-selector=spec.nodeName=cilium-w1", "-o", "name")  # fmt: skip
    lab.kubectl("-n", "kube-system", "delete", pods.split()[0], "--wait=false")
    assert "gone" in watcher.communicate(timeout=300)[0]
    until(lambda: healthy(lab), 150, "its routes come back with it")


@long
def test_b20_one_router_id_for_two(lab: Edge) -> None:
    """Inside an AS it is refused; between two of them it is not (RFC 6286), and both go by one name."""

    def as_the_neighbor(stack: Any) -> None:
        seen_override(stack)
        stack["bgp"]["nodeOverrides"][0]["instances"][0]["routerId"] = NODES["cilium-w2"]

    def as_the_router(stack: Any) -> None:
        seen_override(stack)
        stack["bgp"]["nodeOverrides"][0]["instances"][0]["routerId"] = "192.168.10.200"

    heal(lab, PLAIN)
    for edit, name in ((as_the_neighbor, NODES["cilium-w2"]), (as_the_router, "192.168.10.200")):
        case = Case("B20", edit, (router_id("cilium-w1", name), up_and_has(VIP, *PODS)))
        apply(lab, case)
        see(lab, case)
    ground = Ground(inside_one_as, healthy)
    heal(lab, ground)
    case = Case("B20", as_the_router, (down("cilium-w1"),), red="")
    apply(lab, case, ground)
    see(lab, case)


@long
def test_b27_without_a_policy_new_sessions_carry_nothing(lab: Edge) -> None:
    def default(stack: Any) -> None:
        del router(stack)["ebgpRequiresPolicy"]

    def discarded(edge: Edge) -> bool:
        family = edge.sessions()[NODES["cilium-w1"]]["addressFamilyInfo"]["ipv4Unicast"]
        return bool(family.get("inboundEbgpRequiresPolicy")) and up_and_has()(edge)

    heal(lab, PLAIN)
    apply(lab, Case("B27", default))
    # Routes from before stay until their session ends.
    lab.on("cilium-r", "vtysh -c 'clear bgp *'")
    until(lambda: discarded(lab), 90, "sessions are up, and every route is discarded")
    see(lab, Case("B27", default, red=""))
    heal(lab, PLAIN)


@long
def test_b29_services_of_local_policy_are_not_aggregated(lab: Edge) -> None:
    def aggregate(stack: Any) -> None:
        stack["services"][0]["externalTrafficPolicy"] = "Local"
        service_entry(stack)["aggregationLength"] = 24

    local = ALL - {NODES["cilium-ctr"]}
    heal(lab, PLAIN)
    apply(lab, Case("B29", aggregate, warning=True))
    until(lambda: stays(lambda edge: routes(edge).get(VIP) == local)(lab), 60, "each node with a backend")
    assert "172.16.1.0/24" not in routes(lab)


@pytest.fixture(scope="module")
def with_features(lab: Edge) -> Edge:
    lab.on("cilium-r", "cat > /tmp/mirror.py", stdin=_MIRROR)
    lab.on("cilium-r", "setsid python3 /tmp/mirror.py >/dev/null 2>&1 & echo $! > /tmp/mirror.pid")
    heal(lab, WITH_FEATURES)
    return lab


@long
@pytest.mark.parametrize("case", FEATURES, ids=str)
def test_the_mistake_with_l2_and_egress_does_what_its_page_says(with_features: Edge, case: Case) -> None:
    show(with_features, case, WITH_FEATURES)


@long
def test_g11_an_exclusion_inside_the_destinations_counts(with_features: Edge) -> None:
    def twin(stack: Any) -> None:
        features(stack)
        stack["egressPolicies"] = [egress("inside", nodeSelector=host("cilium-w2"), interface="eth1")]
        stack["egressPolicies"][0].update(destinationCIDRs=["192.168.20.0/24"], excludedCIDRs=[f"{SERVER}/32"])

    with_features.change(twin)
    with_features.run("up")
    until(lambda: leaves_with(NODES["cilium-ctr"])(with_features), 60, "it leaves with the address of its node")


def test_the_shipped_stack_is_well_after_all_that(lab: Edge) -> None:
    lab.on("cilium-r", "kill $(cat /tmp/mirror.pid)", ok=False)
    heal(lab, PLAIN)
    assert lab.verify(150)["green"]
    lab.run("plan", "--expect-no-changes")


# Answers with the address that it sees.
_MIRROR = f"""
import http.server

class Mirror(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.client_address[0].encode())

    def log_message(self, *words):
        pass

http.server.ThreadingHTTPServer(("{SERVER}", 8080), Mirror).serve_forever()
"""

# Writes down who gets through to the BGP port.
_LISTENER = """
import os, socket

server = socket.create_server(("10.99.0.2", 179))
open("/tmp/listen.pid", "w").write(str(os.getpid()))
while True:
    connection, (address, _) = server.accept()
    with open("/tmp/callers", "a") as file:
        print(address, file=file)
    connection.close()
"""

_FAR_SIDE = """
set -e
ip netns add far
ip link add far0 type veth peer name far1 netns far
ip addr add 10.99.0.1/30 dev far0
ip link set far0 up
ip -n far addr add 10.99.0.2/30 dev far1
ip -n far link set far1 up
ip -n far route add default via 10.99.0.1
: > /tmp/callers
setsid ip netns exec far python3 /tmp/listen.py >/dev/null 2>&1 &
"""
