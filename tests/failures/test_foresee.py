"""What every single loss costs, against stacks without what is lost, and against figures by hand."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import parse
from config.stack import StackConfig
from failures.foresee import Cost, foresee, longest, things

ROOT = Path(__file__).resolve().parents[2]
STACKS = ("dev", "bgp", "egress", "ingress", "ecmp")
# Kinds of things that outlive a node.
SHARED = ("address", "announcement", "API server")
Edit = Callable[[Any], object]


def document(name: str) -> Any:
    return yaml.safe_load((ROOT / f"Pulumi.{name}.yaml").read_text())["config"]["cilium-edge:stack"]


def stack(name: str, edit: Edit = lambda d: None) -> StackConfig:
    found = copy.deepcopy(document(name))
    edit(found)
    return parse(found, name)


def costs(of: StackConfig, loss: str) -> dict[tuple[str, str], Cost]:
    """(Kind, name) -> what the loss costs it."""
    found = next((one for one in foresee(of) if str(one.loss) == loss), None)
    return {(cost.thing.kind, name): cost for cost in found.costs for name in cost.thing.names} if found else {}


def width(of: StackConfig) -> dict[tuple[str, str], int]:
    return {(thing.kind, name): len(thing.paths) for thing in things(of) for name in thing.names}


def without(node: str) -> Edit:
    """The stack as if the node had never been there."""

    def edit(found: Any) -> None:
        found["nodes"] = [each for each in found["nodes"] if each["name"] != node]
        gone = {w["name"] for w in found.get("workloads", []) if w.get("node") == node}
        found["workloads"] = [w for w in found.get("workloads", []) if w["name"] not in gone]

    return edit


@pytest.mark.parametrize("name", STACKS)
def test_what_is_left_is_what_a_stack_without_the_node_has(name: str) -> None:
    whole = stack(name)
    for node in whole.nodes:
        if node.role == "control-plane":
            # Whoever announces by ARP needs the API, too: told below.
            continue
        left, lost = width(stack(name, without(node.name))), costs(whole, f"node {node.name}")
        for thing, before in width(whole).items():
            if thing[0] in SHARED:
                assert (lost[thing].left if thing in lost else before) == left.get(thing, 0), (node.name, thing)


@pytest.mark.parametrize("name", ["dev", "ecmp"])
def test_what_is_left_is_what_a_stack_without_the_router_has(name: str) -> None:
    whole = stack(name)
    for router in whole.routers:

        def edit(found: Any, gone: str = router.name) -> None:
            found["routers"] = [each for each in found["routers"] if each["name"] != gone]

        left, lost = width(stack(name, edit)), costs(whole, f"router {router.name}")
        for thing, before in width(whole).items():
            if thing[0] in ("address", "pods"):
                assert (lost[thing].left if thing in lost else before) == left.get(thing, 0), (router.name, thing)


def test_a_node_of_the_dev_stack() -> None:
    found = costs(stack("dev"), "node cilium-w1")
    address = found["address", "default/webpod"]
    # The write-up's timers: hold 9 s, and 15 s that the router waits for a restart.
    assert (address.left, address.share, address.seconds, address.down) == (3, 0.25, 24.0, False)
    # Its own pods and its own way back are gone with it.
    assert set(found) == {("address", "default/webpod")}
    assert costs(stack("dev"), "session cilium-w1 - cilium-r")["address", "default/webpod"].seconds == 0.0


def test_the_only_router_takes_everything_down() -> None:
    found = costs(stack("dev"), "router cilium-r")
    assert found["address", "default/webpod"].down and found["pods", "pods of cilium-w3"].down
    assert found["way back", "cilium-w1 to 192.168.20.0/24"].text() == "down: 0 of 1 ways left"
    two = costs(stack("ecmp"), "router tor-2")
    assert not any(cost.down for cost in two.values())
    # Its nodes' static routes lead over the first one alone.
    assert {kind for (kind, _), cost in costs(stack("ecmp"), "router tor-1").items() if cost.down} == {"way back"}


def test_without_graceful_restart_the_hold_time_is_all() -> None:
    def fast(found: Any) -> None:
        found["bgp"]["peerConfigs"][0].update(gracefulRestart=False)

    def router(found: Any) -> None:
        found["routers"][0]["bgp"]["gracefulRestart"] = False

    for edit in (fast, router):
        assert costs(stack("dev", edit), "node cilium-w1")["address", "default/webpod"].seconds == 9.0


def test_wires() -> None:
    found = costs(stack("dev"), "link cilium-r/eth2")
    # Only the node of that net is behind it.
    assert found["address", "default/webpod"].left == 3 and ("pods", "pods of cilium-w1") not in found
    assert found["pods", "pods of cilium-w3"].down


def test_egress_gateways_alone_in_a_group_and_in_zones() -> None:
    found = costs(stack("egress"), "node kind-worker3")
    assert found["egress", "outpost"].down
    ha = found["egress", "outpost-ha"]
    assert (ha.left, ha.share, ha.seconds) == (1, 0.5, 1.75)

    def local(document: Any) -> None:
        next(p for p in document["egressPolicies"] if p["name"] == "outpost-ha")["azAffinity"] = "localOnly"

    zones = costs(stack("egress", local), "zone east")
    assert zones["egress", "outpost-ha for pods of east"].down
    assert ("egress", "outpost-ha for pods of west") not in zones

    def one(document: Any) -> None:
        policy = next(p for p in document["egressPolicies"] if p["name"] == "outpost-ha")
        policy["egressGroups"][0]["maxGatewayNodes"] = 1

    # Whichever serves may be the one that is lost.
    assert costs(stack("egress", one), "node kind-worker4")["egress", "outpost-ha"].share == 1.0


def test_announcements_need_a_holder_and_the_api() -> None:
    shared = ("announcement", "kube-system/cilium-ingress")
    found = costs(stack("ingress"), "node cilium-w1")[shared]
    # A Lease of 15 s, and twice a look after at most 4.4 s, and a second for the datapath.
    assert (found.left, found.share) == (1, 1.0) and found.seconds == pytest.approx(24.8)
    assert costs(stack("ingress"), "node cilium-ctr")[shared].down

    def tuned(document: Any) -> None:
        document["cilium"]["values"]["l2announcements"] = {
            "leaseDuration": "2s",
            "leaseRenewDeadline": "1500ms",
            "leaseRetryPeriod": "400ms",
        }

    assert costs(stack("ingress", tuned), "node cilium-w1")[shared].seconds == pytest.approx(4.76)


def test_agents_announce_on_their_devices_alone() -> None:
    shared = ("announcement", "kube-system/cilium-ingress")

    def elsewhere(document: Any) -> None:
        document["cilium"]["values"]["devices"] = "net+"
        document["l2Policies"][0].pop("interfaces", None)

    assert shared in width(stack("ingress"))
    assert shared not in width(stack("ingress", elsewhere))


def test_pods_behind_a_service() -> None:
    found = costs(stack("ingress"), "node cilium-ctr")
    assert found["backends", "default/details"].down
    spread = costs(stack("ingress"), "backend's node webpod 1")["backends", "default/webpod"]
    assert (spread.left, spread.share, spread.seconds) == (1, 0.5, 50.0)


def test_local_policy_only_where_pods_are_known() -> None:
    def local(document: Any) -> None:
        document["services"][0]["externalTrafficPolicy"] = "Local"
        document["workloads"] = [{**document["workloads"][0], "replicas": 1, "spread": False, "node": "cilium-w2"}]

    found = costs(stack("dev", local), "node cilium-w2")["address", "default/webpod"]
    assert found.down and len(found.thing.paths) == 1
    assert ("address", "default/webpod") not in costs(stack("dev", local), "node cilium-w1")


def test_gateways_of_a_class_under_manifests_count() -> None:
    def edit(document: Any) -> None:
        spec = {"controllerName": "io.cilium/gateway-controller"}
        group = "gateway.networking.k8s.io/v1"
        listener = {"name": "http", "port": 80, "protocol": "HTTP"}
        document["cilium"]["values"] = {"gatewayAPI": {"enabled": True}}
        document["l2Policies"] = [{"name": "all", "interfaces": ["eth1"], "loadBalancerIPs": True}]
        document["manifests"] = [
            {"apiVersion": group, "kind": "GatewayClass", "metadata": {"name": "edge"}, "spec": spec},
            {
                "apiVersion": group,
                "kind": "Gateway",
                "metadata": {"name": "shop"},
                "spec": {"gatewayClassName": "edge", "listeners": [listener]},
            },
        ]

    assert ("announcement", "default/cilium-gateway-shop") in width(stack("dev", edit))


def test_each_family_has_the_sessions_that_carry_it() -> None:
    """The second session of two nodes is between IPv6 addresses, and carries IPv6 alone."""

    def edit(d: Any) -> None:
        [instance] = d["bgp"]["clusterConfigs"][0]["instances"]
        six = {"name": "tor-6", "asn": 65000, "address": "fd00:10::200", "peerConfigRef": "six"}
        instance["peers"].append(six)
        [config] = d["bgp"]["peerConfigs"]
        families = [{"afi": "ipv6", "advertisements": {"matchLabels": {"advertise": "bgp"}}}]
        d["bgp"]["peerConfigs"].append({**config, "name": "six", "families": families})
        d["routers"][0]["interfaces"].append({"name": "eth0", "address": "fd00:10::200/64"})
        for node in d["nodes"][1:3]:
            node["interfaces"].append({"name": "eth1", "address": f"fd00:10::{node['name'][-1]}/64"})
        d["services"][0].update(ipFamilies=["IPv4", "IPv6"], ipFamilyPolicy="PreferDualStack")

    edited = width(stack("dev", edit))
    found = {name: ways for (kind, name), ways in edited.items() if kind == "address"}
    assert found == {"default/webpod IPv4": 4, "default/webpod IPv6": 2}


def test_the_longest_of_a_thing() -> None:
    assert longest(stack("egress"), "gateway kind-worker3", "egress", "outpost-ha") == 1.75
    assert longest(stack("egress"), "gateway kind-worker3", "egress", "outpost") is None
    assert longest(stack("egress"), "gateway nobody", "egress", "outpost") == 0.0


def test_nobody_stands_in_for_a_gateway_of_ciliums_own_kind() -> None:
    def two(document: Any) -> None:
        policy = next(p for p in document["egressPolicies"] if p["name"] == "outpost")
        policy["egressGateway"]["nodeSelector"] = {"matchLabels": {"kubernetes.io/os": "linux"}}

    # Agents pick the first by name, whoever else has the labels.
    found = stack("egress", two)
    assert len(next(thing for thing in things(found) if thing.names == ("outpost",)).paths) == 1
    assert costs(found, "node kind-control-plane")["egress", "outpost"].down
    assert ("egress", "outpost") not in costs(found, "node kind-worker3")


def test_a_zone_is_all_of_its_nodes() -> None:
    def one_zone(document: Any) -> None:
        for node in document["nodes"]:
            node.setdefault("labels", {})["topology.kubernetes.io/zone"] = "a"
        next(p for p in document["egressPolicies"] if p["name"] == "outpost-ha")["azAffinity"] = "disabled"

    assert costs(stack("egress", one_zone), "zone a")["egress", "outpost-ha"].down

    def half(document: Any) -> None:
        del document["nodes"][1]["labels"]
        next(p for p in document["egressPolicies"] if p["name"] == "outpost-ha")["azAffinity"] = "localOnly"

    # Of nodes without a zone no row is made up.
    named = [thing.names[0] for thing in things(stack("egress", half)) if thing.kind == "egress"]
    assert all(name.split()[-1] in ("outpost", "east", "west") for name in named), named


def test_who_may_not_announce_is_no_holder() -> None:
    def elsewhere(document: Any) -> None:
        document["l2Policies"][0]["interfaces"] = ["^eth9$"]

    assert not [thing for thing in things(stack("ingress", elsewhere)) if thing.kind == "announcement"]

    def of_another_class(document: Any) -> None:
        document["services"][0]["loadBalancerClass"] = "io.cilium/l2-announcer"

    assert not [thing for thing in things(stack("dev", of_another_class)) if thing.kind == "address"]


def test_objects_under_manifests_count() -> None:
    def another(document: Any) -> None:
        document["manifests"] = [
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "more", "namespace": "shop", "labels": {"app": "webpod"}},
                "spec": {"type": "LoadBalancer", "ports": [{"port": 80}], "selector": {"app": "more"}},
            }
        ]

    assert costs(stack("dev", another), "node cilium-w1")["address", "shop/more"].left == 3
    assert [thing.names for thing in things(stack("dev", another)) if thing.kind == "address"] == [
        ("default/webpod", "shop/more")
    ]
