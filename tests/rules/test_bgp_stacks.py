"""Whole stacks on which a BGP rule is easily wrong: false alarms, and mistakes that only a join shows."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.rules.test_bgp_branches import (
    INSTANCE,
    Edit,
    entry,
    instance,
    peer,
    peer_config,
    pool,
    router,
    told,
    values,
)


def two_racks(d: Any) -> None:
    """Each rack has an instance of the same name, with its own peer."""
    for i, node in enumerate(d["nodes"]):
        node["labels"] = {"rack": "ab"[i // 2]}
    d["bgp"]["clusterConfigs"] = [
        {
            "name": f"rack-{rack}",
            "nodeSelector": {"matchLabels": {"rack": rack}},
            "instances": [{**instance(d), "peers": [{**peer(d), "name": f"tor-{rack}"}]}],
        }
        for rack in "ab"
    ]


def peer_override(node: str, **given: Any) -> Edit:
    made = [{"node": node, "instances": [{"name": "instance-65001", "peers": [given]}]}]
    return lambda d: d["bgp"].update(nodeOverrides=made)


def gateways(d: Any) -> None:
    """Every node's default gateway is the router's address on its link."""
    for node in d["nodes"]:
        node["defaultGateway"] = node["interfaces"][0]["address"].rpartition(".")[0] + ".200"


def discovered(family: str, **given: Any) -> Edit:
    def edit(d: Any) -> None:
        peer(d).pop("address")
        peer(d).update(defaultGateway=family, **given)

    return edit


def no_routers(d: Any) -> None:
    """The routers are somebody else's, and each node's default gateway is one."""
    d["routers"].clear()
    d["bgp"]["returnRoutes"] = "off"
    gateways(d)


def static_mesh(d: Any) -> None:
    """Three nodes on one link, each with a route to each other's pods."""
    d["bgp"]["returnRoutes"] = "off"
    d["nodes"].pop()
    for node in d["nodes"]:
        node["routes"] = [
            {"to": other["podCIDR"], "via": other["interfaces"][0]["address"].partition("/")[0]}
            for other in d["nodes"]
            if other is not node
        ]


def dual_stack(d: Any) -> None:
    """IPv4 nodes with an IPv6 interface too; the peer is the router's IPv6 loopback."""
    d["nodes"].pop()
    d["routers"][0]["interfaces"] += [
        {"name": "lo6", "address": "fd00:ffff::1/128", "loopback": True},
        {"name": "eth3", "address": "fd00:10::200/64"},
    ]
    for i, node in enumerate(d["nodes"]):
        node["interfaces"].append({"name": "eth3", "address": f"fd00:10::{100 + i}/64"})
    peer(d)["address"] = "fd00:ffff::1"
    router(d)["neighbors"] = [{"address": f"fd00:10::{100 + i}", "peerGroup": "CILIUM"} for i in range(3)]


def management_first(d: Any) -> None:
    """The InternalIP is on another network; the route to the peer's loopback leaves through eth1."""
    d["nodes"].pop()
    for i, node in enumerate(d["nodes"]):
        node["interfaces"].insert(0, {"name": "eth0", "address": f"10.9.0.{10 + i}/24"})
        node["routes"].append({"to": "10.10.1.0/24", "via": "192.168.10.200"})
    peer(d)["address"] = "10.10.1.200"
    router(d)["neighbors"].pop()


def ingress(d: Any) -> None:
    d["ingressController"] = {}
    d["bgp"]["advertisements"].append(
        {
            "name": "ingress",
            "labels": {"advertise": "bgp"},
            "advertisements": [
                {
                    "type": "Service",
                    "addresses": ["LoadBalancerIP"],
                    "selector": {"matchLabels": {"cilium.io/ingress": "true"}},
                }
            ],
        }
    )


def pods_only_from_the_control_plane(d: Any) -> None:
    """Three workers announce the Service, and the fourth node its pods alone."""
    workers = copy.deepcopy(d["bgp"]["clusterConfigs"][0])
    one = d["bgp"]["clusterConfigs"][0]
    for i, node in enumerate(d["nodes"]):
        node["labels"] = {"part": "worker" if i else "control"}
    workers.update(name="workers", nodeSelector={"matchLabels": {"part": "worker"}})
    one["nodeSelector"] = {"matchLabels": {"part": "control"}}
    one["instances"][0]["peers"][0]["peerConfigRef"] = "pods"
    d["bgp"]["clusterConfigs"].append(workers)
    d["bgp"]["peerConfigs"].append(
        {"name": "pods", "ebgpMultihop": 2, "families": [{"advertisements": {"matchLabels": {"advertise": "pods"}}}]}
    )
    d["bgp"]["advertisements"].append(
        {"name": "pods", "labels": {"advertise": "pods"}, "advertisements": [{"type": "PodCIDR"}]}
    )
    router(d)["maximumPaths"] = 3


def hundred_nodes(d: Any) -> None:
    d["nodes"] = [
        {
            "name": f"n{i}",
            "podCIDR": f"172.20.{i}.0/24",
            "interfaces": [{"name": "eth1", "address": f"192.168.10.{i + 1}/24"}],
        }
        for i in range(100)
    ]
    d["workloads"] = []
    d["cluster"]["apiServer"] = "192.168.10.1"
    router(d)["neighbors"] = [{"address": f"192.168.10.{i + 1}", "peerGroup": "CILIUM"} for i in range(100)]
    router(d)["maximumPaths"] = 64


def far_node(d: Any) -> None:
    """A fifth node two hops away: the cluster has a TTL of 2, the router has 1."""
    d["nodes"].append(
        {
            "name": "far",
            "podCIDR": "172.20.9.0/24",
            "defaultGateway": "192.168.30.1",
            "interfaces": [{"name": "eth1", "address": "192.168.30.100/24"}],
            "routes": [{"to": "172.20.0.0/16", "via": "192.168.10.200"}],
        }
    )
    router(d)["neighbors"].append({"address": "192.168.30.100", "peerGroup": "CILIUM"})


FALSE_ALARMS: list[tuple[str, str, list[Edit]]] = [
    ("instance-name-in-two-racks", "B19", [two_racks, peer_override("cilium-ctr", name="tor-a", localPort=1790)]),
    ("the-ingress-service-is-selected", "B8", [ingress]),
    ("default-gateway-of-another-team", "B24", [no_routers]),
    ("static-routes-to-every-node", "B24", [static_mesh]),
    (
        "ip-masq-agent-needs-no-prefix",
        "B26",
        [lambda d: d["cilium"].pop("nativeRoutingCIDR"), values(ipMasqAgent={"enabled": True})],
    ),
    ("source-has-the-peers-family", "B22", [dual_stack]),
    ("source-is-the-routes-interface", "B22", [management_first]),
    ("a-node-that-announces-pods-alone", "B28", [pods_only_from_the_control_plane]),
    ("as-many-paths-as-frr-takes", "B28", [hundred_nodes]),
    (
        "the-class-counts-for-load-balancer-addresses-alone",
        "B31",
        [
            lambda d: entry(d).update(addresses=["ClusterIP"]),
            lambda d: d["services"][0].update(loadBalancerClass="io.cilium/l2-announcer"),
        ],
    ),
]

MISSED: list[tuple[str, str, list[Edit], list[str]]] = [
    (
        "override-of-another-racks-peer",
        "B19",
        [two_racks, peer_override("cilium-ctr", name="tor-b", localPort=1790)],
        ["error bgp.nodeOverrides[0].instances[0].peers[0].name"],
    ),
    (
        "auto-discovery-of-the-other-family",
        "B23",
        [gateways, discovered("ipv6")],
        [f"error nodes[{i}].defaultGateway" for i in range(4)],
    ),
    (
        "wrong-number-of-a-discovered-peer",
        "B1",
        [gateways, discovered("ipv4", asn=65099)],
        [f"error {INSTANCE}.peers[0].asn"],
    ),
    (
        "discovered-router-without-the-neighbor",
        "B22",
        [gateways, discovered("ipv4"), lambda d: router(d)["neighbors"].pop(0)],
        ["error routers[0].bgp.neighbors"],
    ),
    ("id-pool-of-ipv6", "B20", [pool("fd00::/64")], ["error cilium.values.bgpControlPlane.routerIDAllocation.ipPool"]),
    (
        "id-pool-without-a-pool",
        "B20",
        [values(bgpControlPlane={"routerIDAllocation": {"mode": "ip-pool"}})],
        ["error cilium.values.bgpControlPlane.routerIDAllocation.ipPool"],
    ),
    (
        "low-port-of-a-peer-override",
        "B21",
        [peer_override("cilium-w1", name="tor-switch", localPort=179)],
        ["error bgp.nodeOverrides[0].instances[0].peers[0].localPort"],
    ),
    (
        "ipv6-masquerade-without-a-prefix",
        "B26",
        [values(ipv6={"enabled": True})],
        ["error cilium.values.ipv6NativeRoutingCIDR"],
    ),
    ("the-routers-hop-limit", "B13", [far_node], ["error routers[0].bgp.neighbors[4].ebgpMultihop"]),
    (
        "a-secret-that-the-agent-does-not-look-at",
        "B14",
        [
            lambda d: peer_config(d).update(authSecretRef="bgp"),
            lambda d: d.update(
                manifests=[
                    {
                        "apiVersion": "v1",
                        "kind": "Secret",
                        "metadata": {"name": "bgp", "namespace": "default"},
                        "stringData": {"password": "x"},
                    }
                ]
            ),
        ],
        ["error bgp.peerConfigs[0].authSecretRef"],
    ),
    (
        "a-secret-without-the-key",
        "B14",
        [
            lambda d: peer_config(d).update(authSecretRef="bgp"),
            lambda d: d.update(
                manifests=[
                    {
                        "apiVersion": "v1",
                        "kind": "Secret",
                        "metadata": {"name": "bgp", "namespace": "kube-system"},
                        "stringData": {"pass": "x"},
                    }
                ]
            ),
        ],
        ["error bgp.peerConfigs[0].authSecretRef"],
    ),
    (
        "the-overrides-number-is-the-wrong-one",
        "B1",
        [
            lambda d: router(d)["peerGroups"][0].update(remoteAs=65001),
            lambda d: d["bgp"].update(
                nodeOverrides=[{"node": "cilium-w1", "instances": [{"name": "instance-65001", "localASN": 65002}]}]
            ),
        ],
        ["error bgp.nodeOverrides[0].instances[0].localASN"],
    ),
    (
        "the-overrides-id-is-the-wrong-one",
        "B20",
        [
            lambda d: d["bgp"].update(
                nodeOverrides=[
                    {"node": "cilium-w1", "instances": [{"name": "instance-65001", "routerId": "192.168.10.200"}]}
                ]
            )
        ],
        ["error bgp.nodeOverrides[0].instances[0].routerId"],
    ),
    # The API takes 1 to 31, and Cilium leaves Services with policy Local out of the aggregate.
    (
        "an-aggregate-of-one-address",
        "B10",
        [lambda d: entry(d).update(aggregationLength=32)],
        ["error bgp.advertisements[1].advertisements[0].aggregationLength"],
    ),
    (
        "aggregation-is-ignored-not-dropped",
        "B29",
        [
            lambda d: entry(d).update(aggregationLength=24),
            lambda d: d["services"][0].update(externalTrafficPolicy="Local"),
        ],
        ["warning bgp.advertisements[1].advertisements[0].aggregationLength"],
    ),
]


@pytest.mark.parametrize(("rule_id", "edits"), [case[1:] for case in FALSE_ALARMS], ids=[c[0] for c in FALSE_ALARMS])
def test_a_right_stack_is_not_objected_to(rule_id: str, edits: list[Edit]) -> None:
    assert told(rule_id, *edits) == []


@pytest.mark.parametrize(("rule_id", "edits", "expected"), [c[1:] for c in MISSED], ids=[c[0] for c in MISSED])
def test_a_wrong_stack_is_objected_to(rule_id: str, edits: list[Edit], expected: list[str]) -> None:
    assert told(rule_id, *edits) == expected
