"""The branches of BGP and router rules that the fixtures leave out, and stacks that look wrong and are not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from config.load import parse
from rules.registry import check_all
from tests.rules.test_fixtures import BASE

Edit = Callable[[Any], object]


def told(rule_id: str, *edits: Edit) -> list[str]:
    """Severity and path of what a rule says of the shipped stack after some edits."""
    document = copy.deepcopy(BASE)
    for edit in edits:
        edit(document)
    return [f"{f.severity} {f.path}" for f in check_all(parse(document, "t")).findings if f.rule == rule_id]


def instance(d: Any) -> Any:
    return d["bgp"]["clusterConfigs"][0]["instances"][0]


def peer(d: Any) -> Any:
    return instance(d)["peers"][0]


def peer_config(d: Any) -> Any:
    return d["bgp"]["peerConfigs"][0]


def entry(d: Any, i: int = 1) -> Any:
    return d["bgp"]["advertisements"][i]["advertisements"][0]


def router(d: Any) -> Any:
    return d["routers"][0]["bgp"]


def values(**given: Any) -> Edit:
    return lambda d: d["cilium"]["values"].update(given)


def override(*pairs: tuple[str, dict[str, Any]]) -> Edit:
    made = [{"node": node, "instances": [{"name": "instance-65001", **given}]} for node, given in pairs]
    return lambda d: d["bgp"].update(nodeOverrides=made)


def second_router(**bgp: Any) -> Edit:
    def edit(d: Any) -> None:
        one = copy.deepcopy(d["routers"][0])
        one["name"] = "second"
        one["interfaces"] = [{"name": "eth1", "address": "192.168.10.201/24"}]
        one["bgp"] |= {"networks": [], **bgp}
        d["routers"].append(one)

    return edit


ID_POOL = "cilium.values.bgpControlPlane.routerIDAllocation.ipPool"
INSTANCE = "bgp.clusterConfigs[0].instances[0]"


def pool(text: str) -> Edit:
    return values(bgpControlPlane={"routerIDAllocation": {"mode": "ip-pool", "ipPool": text}})


@pytest.mark.parametrize(("rule_id", "edits", "expected"), [
    # The router names a number, and the nodes have another; a node's override counts.
    ("B1", [lambda d: router(d)["peerGroups"][0].update(remoteAs=65007)], [f"error {INSTANCE}.localASN"]),
    ("B1", [lambda d: router(d)["peerGroups"][0].update(remoteAs=65001), override(("cilium-w1", {"localASN": 65002}))],
     [f"error {INSTANCE}.localASN"]),
    ("B1", [lambda d: router(d)["peerGroups"][0].update(remoteAs=65001)], []),
    ("B2", [lambda d: router(d)["peerGroups"][0].update(remoteAs="internal")], [f"error {INSTANCE}.localASN"]),
    ("B3", [lambda d: instance(d).pop("localASN"), lambda d: instance(d).update(peers=[])],
     [f"error {INSTANCE}.localASN"]),
    ("B5", [lambda d: peer(d).pop("peerConfigRef")], [f"error {INSTANCE}.peers[0].peerConfigRef"]),
    ("B5", [lambda d: peer_config(d)["families"][0].pop("advertisements")],
     ["error bgp.peerConfigs[0].families[0].advertisements"]),
    ("B10", [lambda d: entry(d, 0).update(addresses=["ClusterIP"])],
     ["error bgp.advertisements[0].advertisements[0].addresses"]),
    ("B10", [lambda d: entry(d, 0).update(aggregationLength=24)],
     ["error bgp.advertisements[0].advertisements[0].aggregationLength"]),
    ("B12", [lambda d: peer_config(d).update(hold=9, keepalive=4)], ["warning bgp.peerConfigs[0].keepalive"]),
    ("B12", [lambda d: peer_config(d).update(profile="fast-failover")], []),
    ("B16", [lambda d: peer_config(d).update(gracefulRestart=900)], ["warning bgp.peerConfigs[0].gracefulRestart"]),
    ("B20", [second_router()], ["error routers[1].bgp.routerId"]),
    ("B20", [second_router(routerId="192.168.10.201")], []),
    ("B20", [lambda d: router(d).update(routerId="192.168.10.101")], ["error nodes[1].interfaces[0].address"]),
    ("B20", [pool("10.255.0.0/31")], [f"error {ID_POOL}"]),
    ("B20", [pool("ten")], [f"error {ID_POOL}"]),
    ("B20", [pool("10.255.0.0/30")], []),
    ("B23", [lambda d: peer(d).pop("address"), lambda d: peer(d).update(defaultGateway="ipv4"),
             lambda d: d["cilium"].update(version="1.17.4")], [f"error {INSTANCE}.peers[0].defaultGateway"]),
    # A node on no link of a router cannot be given a route through one.
    ("B24", [lambda d: d["nodes"][3].update(interfaces=[{"name": "eth1", "address": "192.168.30.100/24"}], routes=[])],
     ["error nodes[3].interfaces"]),
    ("B24", [lambda d: d["bgp"].update(returnRoutes="off"), lambda d: d["cilium"].update(routingMode="tunnel")], []),
    ("B24", [lambda d: d["bgp"].update(returnRoutes="off"),
             lambda d: [n["routes"].append({**n["routes"][0], "to": "172.16.0.0/12"}) for n in d["nodes"]]], []),
    ("B25", [lambda d: d["cilium"].update(routingMode="tunnel", autoDirectNodeRoutes=True)],
     ["error cilium.autoDirectNodeRoutes"]),
    ("B28", [lambda d: router(d).pop("multipathRelax"), override(("cilium-w1", {"localASN": 65002}))],
     ["warning routers[0].bgp.multipathRelax"]),
    ("B28", [lambda d: router(d).update(maximumPaths=2), lambda d: d["bgp"]["advertisements"].pop()], []),
    ("R5", [lambda d: d["nodes"][0]["routes"].append({"to": "10.0.0.0/8", "via": "203.0.113.1"})],
     ["warning nodes[0].routes[1].via"]),
])  # fmt: skip
def test_a_branch(rule_id: str, edits: list[Edit], expected: list[str]) -> None:
    assert told(rule_id, *edits) == expected


@pytest.mark.parametrize("edits", [
    # IPv6 peers, 4-byte AS numbers, a listen range, a router that is not in the stack.
    [lambda d: instance(d).update(localASN=4200000001),
     lambda d: router(d)["peerGroups"][0].update(remoteAs="4200000001")],
    [lambda d: d["routers"].clear(), lambda d: d["bgp"].update(returnRoutes="off"),
     lambda d: [n["routes"].append({"to": "172.20.0.0/16", "via": "192.168.10.1"}) for n in d["nodes"][:3]],
     lambda d: d["nodes"][3]["routes"].append({"to": "172.20.0.0/16", "via": "192.168.20.1"})],
    [lambda d: d.pop("bgp")],
    [lambda d: d["cilium"].update(version="1.16.5")],
    [lambda d: d["cilium"].update(version="1.20.2")],
])  # fmt: skip
def test_a_stack_that_is_right_has_no_error(edits: list[Edit]) -> None:
    document = copy.deepcopy(BASE)
    for edit in edits:
        edit(document)
    assert check_all(parse(document, "t")).errors == ()
