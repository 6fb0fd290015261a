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


@pytest.mark.parametrize(
    ("rule_id", "edits", "expected"),
    [
        # The router names a number, and the nodes have another; a node's override counts.
        ("B1", [lambda d: router(d)["peerGroups"][0].update(remoteAs=65007)], [f"error {INSTANCE}.localASN"]),
        (
            "B1",
            [lambda d: router(d)["peerGroups"][0].update(remoteAs=65001), override(("cilium-w1", {"localASN": 65002}))],
            ["error bgp.nodeOverrides[0].instances[0].localASN"],
        ),
        ("B1", [lambda d: router(d)["peerGroups"][0].update(remoteAs=65001)], []),
        ("B2", [lambda d: router(d)["peerGroups"][0].update(remoteAs="internal")], [f"error {INSTANCE}.localASN"]),
        (
            "B3",
            [lambda d: instance(d).pop("localASN"), lambda d: instance(d).update(peers=[])],
            [f"error {INSTANCE}.localASN"],
        ),
        ("B5", [lambda d: peer(d).pop("peerConfigRef")], [f"error {INSTANCE}.peers[0].peerConfigRef"]),
        (
            "B5",
            [lambda d: peer_config(d)["families"][0].pop("advertisements")],
            ["error bgp.peerConfigs[0].families[0].advertisements"],
        ),
        (
            "B10",
            [lambda d: entry(d, 0).update(addresses=["ClusterIP"])],
            ["error bgp.advertisements[0].advertisements[0].addresses"],
        ),
        (
            "B10",
            [lambda d: entry(d, 0).update(aggregationLength=24)],
            ["error bgp.advertisements[0].advertisements[0].aggregationLength"],
        ),
        ("B12", [lambda d: peer_config(d).update(hold=9, keepalive=4)], ["warning bgp.peerConfigs[0].keepalive"]),
        ("B12", [lambda d: peer_config(d).update(profile="fast-failover")], []),
        ("B16", [lambda d: peer_config(d).update(gracefulRestart=900)], ["warning bgp.peerConfigs[0].gracefulRestart"]),
        ("B20", [second_router()], ["error routers[1].bgp.routerId"]),
        ("B20", [second_router(routerId="192.168.10.201")], []),
        ("B20", [lambda d: router(d).update(routerId="192.168.10.101")], ["error nodes[1].interfaces[0].address"]),
        ("B20", [pool("10.255.0.0/31")], [f"error {ID_POOL}"]),
        ("B20", [pool("ten")], [f"error {ID_POOL}"]),
        ("B20", [pool("10.255.0.0/30")], []),
        (
            "B23",
            [
                lambda d: peer(d).pop("address"),
                lambda d: peer(d).update(defaultGateway="ipv4"),
                lambda d: d["cilium"].update(version="1.17.4"),
            ],
            [f"error {INSTANCE}.peers[0].defaultGateway"],
        ),
        # A node on no link of a router cannot be given a route through one.
        (
            "B24",
            [lambda d: d["nodes"][3].update(interfaces=[{"name": "eth1", "address": "192.168.30.100/24"}], routes=[])],
            ["error nodes[3].interfaces"],
        ),
        (
            "B24",
            [lambda d: d["bgp"].update(returnRoutes="off"), lambda d: d["cilium"].update(routingMode="tunnel")],
            [],
        ),
        (
            "B24",
            [
                lambda d: d["bgp"].update(returnRoutes="off"),
                lambda d: [n["routes"].append({**n["routes"][0], "to": "172.16.0.0/12"}) for n in d["nodes"]],
            ],
            [],
        ),
        (
            "B25",
            [lambda d: d["cilium"].update(routingMode="tunnel", autoDirectNodeRoutes=True)],
            ["error cilium.autoDirectNodeRoutes"],
        ),
        (
            "B28",
            [lambda d: router(d).pop("multipathRelax"), override(("cilium-w1", {"localASN": 65002}))],
            ["warning routers[0].bgp.multipathRelax"],
        ),
        ("B28", [lambda d: router(d).update(maximumPaths=2), lambda d: d["bgp"]["advertisements"].pop()], []),
        (
            "R5",
            [lambda d: d["nodes"][0]["routes"].append({"to": "10.0.0.0/8", "via": "203.0.113.1"})],
            ["warning nodes[0].routes[1].via"],
        ),
    ],
)
def test_a_branch(rule_id: str, edits: list[Edit], expected: list[str]) -> None:
    assert told(rule_id, *edits) == expected


@pytest.mark.parametrize(
    "edits",
    [
        # IPv6 peers, 4-byte AS numbers, a listen range, a router that is not in the stack.
        [
            lambda d: instance(d).update(localASN=4200000001),
            lambda d: router(d)["peerGroups"][0].update(remoteAs="4200000001"),
        ],
        [
            lambda d: d["routers"].clear(),
            lambda d: d["bgp"].update(returnRoutes="off"),
            lambda d: [n["routes"].append({"to": "172.20.0.0/16", "via": "192.168.10.1"}) for n in d["nodes"][:3]],
            lambda d: d["nodes"][3]["routes"].append({"to": "172.20.0.0/16", "via": "192.168.20.1"}),
        ],
        [lambda d: d.pop("bgp")],
        [lambda d: d["cilium"].update(version="1.16.5")],
        [lambda d: d["cilium"].update(version="1.20.2")],
    ],
)
def test_a_stack_that_is_right_has_no_error(edits: list[Edit]) -> None:
    document = copy.deepcopy(BASE)
    for edit in edits:
        edit(document)
    assert check_all(parse(document, "t")).errors == ()


NO_MULTIHOP: Edit = lambda d: peer_config(d).pop("ebgpMultihop")  # noqa: E731
FAR_HOPS = "error routers[0].bgp.neighbors[3].ebgpMultihop"
LOW_PORT: Edit = lambda d: instance(d).update(localPort=179)  # noqa: E731
AUTO: Edit = lambda d: d["cilium"].update(autoDirectNodeRoutes=True)  # noqa: E731
OFF: Edit = lambda d: d["bgp"].update(returnRoutes="off")  # noqa: E731
L2_CLASS: Edit = lambda d: d["services"][0].update(loadBalancerClass="io.cilium/l2-announcer")  # noqa: E731
LOCAL: Edit = lambda d: d["services"][0].update(externalTrafficPolicy="Local")  # noqa: E731
NO_ROUTERS: Edit = lambda d: d["routers"].clear()  # noqa: E731
NONE_ROUTED = [f"error nodes[{i}].routes" for i in range(4)]


def one_link(d: Any) -> None:
    d["nodes"].pop()


def far_node(d: Any) -> None:
    """A node on no link of the router, which is its neighbor all the same."""
    d["nodes"][3].update(interfaces=[{"name": "eth1", "address": "192.168.30.100/24"}], routes=[])
    router(d)["neighbors"][3]["address"] = "192.168.30.100"


def route(to: str, via: str) -> Edit:
    return lambda d: [n["routes"].append({"to": to, "via": via}) for n in d["nodes"]]


def secret(name: str | None, theirs: str | None) -> Edit:
    def edit(d: Any) -> None:
        d["bgp"]["authSecrets"] = [{"name": "bgp", "passwordConfig": "bgpPassword"}]
        if name:
            peer_config(d)["authSecretRef"] = name
        if theirs:
            router(d)["peerGroups"][0]["passwordConfig"] = theirs

    return edit


def declared(kind: str) -> Edit:
    made = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "bgp-pass", "namespace": "kube-system"}}
    return lambda d: d.update(manifests=[made | {"stringData": {"password": "x"}}] if kind == "Secret" else [made])


def nodes(count: int) -> Edit:
    def edit(d: Any) -> None:
        d["nodes"] = [
            {
                "name": f"n{i}",
                "podCIDR": f"172.20.{i}.0/24",
                "interfaces": [{"name": "eth1", "address": f"192.168.10.{i + 1}/24"}],
            }
            for i in range(count)
        ]
        d["workloads"] = []

    return edit


def second_config(selector: Any = None) -> Edit:
    def edit(d: Any) -> None:
        made = {"name": "second", "instances": [{"name": "other", "localASN": 65001}]}
        d["bgp"]["clusterConfigs"].append(made | ({"nodeSelector": selector} if selector else {}))

    return edit


@pytest.mark.parametrize(
    ("rule_id", "edits", "expected"),
    [
        # An agent without a number for the peer takes the one that the peer says.
        ("B1", [lambda d: peer(d).pop("asn")], []),
        ("B1", [NO_ROUTERS, lambda d: peer(d).update(asn=65010)], []),
        (
            "B1",
            [lambda d: router(d)["peerGroups"][0].update(remoteAs=65001), lambda d: instance(d).pop("localASN")],
            [],
        ),
        (
            "B2",
            [lambda d: router(d)["peerGroups"][0].update(remoteAs="internal"), lambda d: instance(d).pop("localASN")],
            [],
        ),
        (
            "B2",
            [
                lambda d: router(d)["peerGroups"][0].update(remoteAs="internal"),
                lambda d: instance(d).update(localASN=65000),
            ],
            [],
        ),
        ("B2", [lambda d: router(d)["peerGroups"][0].update(remoteAs=65001)], []),
        (
            "B2",
            [lambda d: router(d)["peerGroups"][0].update(remoteAs=65000), lambda d: instance(d).update(localASN=65000)],
            [],
        ),
        ("B4", [lambda d: peer(d).pop("peerConfigRef")], []),
        ("B6", [lambda d: peer_config(d)["families"][0].pop("advertisements")], []),
        ("B6", [lambda d: d["bgp"].pop("advertisements")], ["error bgp.peerConfigs[0].families[0].advertisements"]),
        ("B8", [lambda d: entry(d).pop("selector")], []),
        ("B8", [lambda d: entry(d, 0).update(type="CiliumPodIPPool", selector={"matchLabels": {"pool": "a"}})], []),
        (
            "B8",
            [lambda d: entry(d).update(selector={"matchLabels": {"io.kubernetes.service.namespace": "default"}})],
            [],
        ),
        (
            "B9",
            [lambda d: entry(d, 0).update(type="CiliumPodIPPool"), lambda d: d["cilium"].update(ipam="multi-pool")],
            [],
        ),
        ("B9", [lambda d: d["cilium"].update(ipam="cluster-pool")], []),
        ("B12", [lambda d: peer_config(d).update(hold=9, keepalive=9)], ["warning bgp.peerConfigs[0].keepalive"]),
        ("B12", [lambda d: peer_config(d).update(hold=9, keepalive=10)], ["error bgp.peerConfigs[0].keepalive"]),
        ("B12", [lambda d: peer_config(d).update(hold=4, keepalive=2)], ["warning bgp.peerConfigs[0].keepalive"]),
        # iBGP has no hop limit; another address of a neighbor on the link is no hop; neither is known of a
        # missing config.
        ("B13", [NO_MULTIHOP], []),
        ("B13", [NO_MULTIHOP, far_node], ["error bgp.peerConfigs[0].ebgpMultihop", FAR_HOPS]),
        (
            "B13",
            [lambda d: peer_config(d).update(ebgpMultihop=1), far_node],
            ["error bgp.peerConfigs[0].ebgpMultihop", FAR_HOPS],
        ),
        (
            "B13",
            [
                NO_MULTIHOP,
                far_node,
                lambda d: router(d).update(
                    neighbors=router(d)["neighbors"][:3],
                    listenRanges=[{"prefix": "192.168.30.0/24", "peerGroup": "CILIUM"}],
                ),
            ],
            ["error bgp.peerConfigs[0].ebgpMultihop", "error routers[0].bgp.peerGroups[0].ebgpMultihop"],
        ),
        ("B13", [far_node, lambda d: router(d)["peerGroups"][0].update(ebgpMultihop=2)], []),
        ("B13", [NO_MULTIHOP, far_node, lambda d: peer(d).pop("asn")], []),
        ("B13", [NO_MULTIHOP, far_node, lambda d: peer(d).update(asn=65001)], []),
        ("B13", [NO_MULTIHOP, far_node, lambda d: peer(d).pop("peerConfigRef")], [FAR_HOPS]),
        (
            "B13",
            [NO_MULTIHOP, far_node, lambda d: peer(d).pop("address"), lambda d: peer(d).update(defaultGateway="ipv4")],
            [],
        ),
        ("B13", [NO_MULTIHOP, NO_ROUTERS], ["error bgp.peerConfigs[0].ebgpMultihop"]),
        ("B13", [NO_MULTIHOP, NO_ROUTERS, one_link], []),
        ("B14", [lambda d: peer_config(d).update(authSecretRef="bgp-pass"), declared("Secret")], []),
        (
            "B14",
            [lambda d: peer_config(d).update(authSecretRef="bgp-pass"), declared("ConfigMap")],
            ["error bgp.peerConfigs[0].authSecretRef"],
        ),
        ("B15", [secret("bgp", "bgpPassword")], []),
        ("B15", [secret("bgp", "another")], ["error bgp.peerConfigs[0].authSecretRef"]),
        ("B15", [secret("bgp", None)], ["error bgp.peerConfigs[0].authSecretRef"]),
        ("B15", [secret(None, "bgpPassword")], ["error bgp.peerConfigs[0].authSecretRef"]),
        # B14's and B22's to tell.
        ("B15", [secret("missing", "bgpPassword")], []),
        ("B15", [secret("bgp", "bgpPassword"), lambda d: router(d).update(neighbors=[])], []),
        ("B15", [secret(None, "bgpPassword"), lambda d: peer(d).pop("peerConfigRef")], []),
        ("B15", [secret("bgp", None), NO_ROUTERS], []),
        ("B16", [lambda d: peer_config(d).update(gracefulRestart=10)], []),
        ("B16", [lambda d: peer_config(d).update(gracefulRestart=9)], ["warning bgp.peerConfigs[0].gracefulRestart"]),
        ("B16", [lambda d: peer_config(d).update(gracefulRestart=300)], []),
        ("B16", [lambda d: peer_config(d).update(gracefulRestart=301)], ["warning bgp.peerConfigs[0].gracefulRestart"]),
        ("B17", [second_config({"matchLabels": {"no": "node"}})], []),
        ("B18", [second_config()], []),
        (
            "B18",
            [second_config(), lambda d: d.update(nodes=[], workloads=[])],
            ["error bgp.clusterConfigs[0].nodeSelector"],
        ),
        # The peers of an instance that nobody has are not looked at.
        (
            "B19",
            [
                lambda d: d["bgp"].update(
                    nodeOverrides=[
                        {"node": "cilium-w1", "instances": [{"name": "another", "peers": [{"name": "tor-switch"}]}]}
                    ]
                )
            ],
            ["error bgp.nodeOverrides[0].instances[0].name"],
        ),
        # No address of IPv4, no id that could be told; one node may have one id in two instances.
        (
            "B20",
            [
                lambda d: [
                    n.update(interfaces=[{"name": "eth1", "address": f"fd00::{i + 1}/64"}])
                    for i, n in enumerate(d["nodes"])
                ]
            ],
            [],
        ),
        ("B20", [lambda d: instance(d)["peers"].append({**peer(d), "name": "again"})], []),
        ("B20", [values(bgpControlPlane={"routerIDAllocation": {"mode": "default", "ipPool": "10.255.0.0/32"}})], []),
        ("B20", [pool("10.255.0.0/30"), override(("cilium-w1", {"routerId": "192.168.10.102"}))], []),
        ("B21", [LOW_PORT, values(securityContext={"privileged": True})], []),
        ("B21", [LOW_PORT, values(securityContext={"capabilities": {"ciliumAgent": ["NET_BIND_SERVICE"]}})], []),
        (
            "B21",
            [LOW_PORT, values(securityContext={"capabilities": {"ciliumAgent": None}})],
            [f"error {INSTANCE}.localPort"],
        ),
        ("B21", [lambda d: instance(d).update(localPort=1024)], []),
        ("B21", [lambda d: instance(d).update(localPort=1023)], [f"error {INSTANCE}.localPort"]),
        ("B21", [override(("cilium-w1", {"localPort": 179}))], ["error bgp.nodeOverrides[0].instances[0].localPort"]),
        ("B24", [OFF], NONE_ROUTED),
        ("B24", [OFF, one_link], NONE_ROUTED[:3]),
        ("B24", [OFF, AUTO], NONE_ROUTED),
        ("B24", [OFF, AUTO, one_link], []),
        ("B24", [OFF, nodes(1)], []),
        ("B24", [OFF, nodes(2)], NONE_ROUTED[:2]),
        ("B24", [OFF, lambda d: d.pop("bgp")], []),
        # A prefix that is too short of the pods', one through somebody else, one of the other family.
        ("B24", [OFF, route("172.20.0.0/17", "192.168.10.200")], NONE_ROUTED),
        ("B24", [OFF, route("172.20.0.0/16", "192.168.10.1")], NONE_ROUTED),
        ("B24", [OFF, route("::/0", "fd00::1")], NONE_ROUTED),
        ("B24", [OFF, route("0.0.0.0/0", "192.168.10.200")], []),
        ("B24", [OFF, NO_ROUTERS, route("172.20.0.0/16", "192.168.10.1")], []),
        ("B24", [OFF, NO_ROUTERS], NONE_ROUTED),
        ("B25", [AUTO], ["warning cilium.autoDirectNodeRoutes"]),
        ("B25", [AUTO, one_link], []),
        ("B25", [AUTO, values(directRoutingSkipUnreachable=True)], []),
        ("B25", [lambda d: d["cilium"].update(routingMode="tunnel")], []),
        (
            "B26",
            [lambda d: d["cilium"].pop("nativeRoutingCIDR"), lambda d: d["cilium"].update(routingMode="tunnel")],
            [],
        ),
        ("B26", [lambda d: d["cilium"].pop("nativeRoutingCIDR"), values(enableIPv4Masquerade=False)], []),
        ("B27", [lambda d: router(d).update(ebgpRequiresPolicy=True, neighbors=[])], []),
        (
            "B27",
            [
                lambda d: router(d).update(ebgpRequiresPolicy=True),
                lambda d: router(d)["peerGroups"][0].update(remoteAs="internal"),
            ],
            [],
        ),
        (
            "B27",
            [
                lambda d: router(d).update(
                    ebgpRequiresPolicy=True, neighbors=[{"address": "192.168.10.1", "remoteAs": 65000}]
                )
            ],
            [],
        ),
        (
            "B27",
            [
                lambda d: router(d).update(
                    ebgpRequiresPolicy=True, neighbors=[{"address": "192.168.10.1", "remoteAs": 65009}]
                )
            ],
            ["error routers[0].bgp.ebgpRequiresPolicy"],
        ),
        (
            "B27",
            [
                lambda d: router(d).update(
                    ebgpRequiresPolicy=True,
                    neighbors=[],
                    listenRanges=[{"prefix": "192.168.0.0/16", "peerGroup": "CILIUM"}],
                )
            ],
            ["error routers[0].bgp.ebgpRequiresPolicy"],
        ),
        ("B28", [lambda d: router(d).update(maximumPaths=3)], ["warning routers[0].bgp.maximumPaths"]),
        # A node that the router refuses brings no path, and neither does one without a number.
        ("B28", [lambda d: router(d).update(maximumPaths=3), lambda d: router(d)["neighbors"].pop()], []),
        ("B28", [lambda d: router(d).update(maximumPaths=2), lambda d: instance(d).pop("localASN")], []),
        ("B28", [override(("cilium-w1", {"localASN": 65002}))], []),
        ("B29", [LOCAL], []),
        ("B29", [lambda d: entry(d).update(aggregationLength=24)], []),
        (
            "B29",
            [LOCAL, lambda d: entry(d).update(aggregationLength=24, selector={"matchLabels": {"app": "other"}})],
            [],
        ),
        ("B29", [LOCAL, lambda d: (entry(d).update(aggregationLength=24), entry(d).pop("selector"))], []),
        (
            "B30",
            [lambda d: entry(d, 0).update(localPreference=200)],
            ["warning bgp.advertisements[0].advertisements[0].localPreference"],
        ),
        ("B30", [lambda d: entry(d, 0).update(localPreference=200), lambda d: instance(d).update(localASN=65000)], []),
        ("B30", [lambda d: entry(d, 0).update(localPreference=200), lambda d: peer(d).pop("asn")], []),
        ("B30", [lambda d: entry(d, 0).update(localPreference=200), lambda d: peer(d).pop("peerConfigRef")], []),
        ("B31", [L2_CLASS], ["error services[0].loadBalancerClass"]),
        ("B31", [L2_CLASS, lambda d: d["services"][0].update(type="NodePort")], []),
        ("B31", [L2_CLASS, lambda d: entry(d).pop("selector")], []),
        ("B31", [L2_CLASS, lambda d: entry(d).update(selector={"matchLabels": {"app": "other"}})], []),
        (
            "B31",
            [
                L2_CLASS,
                lambda d: d["bgp"]["advertisements"].pop(),
                lambda d: entry(d, 0).update(type="CiliumPodIPPool", selector={"matchLabels": {"app": "webpod"}}),
            ],
            [],
        ),
        ("B32", [lambda d: d["cilium"].update(bgpStatusReport=False)], ["warning cilium.bgpStatusReport"]),
        ("B32", [lambda d: d["cilium"].update(bgpStatusReport=False), nodes(199)], ["warning cilium.bgpStatusReport"]),
        ("B32", [lambda d: d["cilium"].update(bgpStatusReport=False), nodes(200)], []),
        ("B32", [lambda d: d["cilium"].update(bgpStatusReport=False, version="1.16.5")], []),
        (
            "B32",
            [lambda d: d["cilium"].update(bgpStatusReport=False, version="1.17.0")],
            ["warning cilium.bgpStatusReport"],
        ),
        ("B32", [lambda d: d.pop("bgp"), values(bgpControlPlane={"statusReport": {"enabled": False}})], []),
        ("R1", [lambda d: router(d).update(maximumPaths=64)], []),
        ("R1", [lambda d: router(d).update(maximumPaths=65)], ["warning routers[0].bgp.maximumPaths"]),
        (
            "R2",
            [lambda d: router(d)["neighbors"][1].update(timers={"keepalive": 2, "hold": 5})],
            ["warning routers[0].bgp.neighbors[1].timers.keepalive"],
        ),
        ("R3", [lambda d: router(d)["peerGroups"][0].update(remoteAs="internal")], []),
        (
            "R3",
            [lambda d: router(d)["peerGroups"][0].update(remoteAs=65000, ebgpMultihop=2)],
            ["error routers[0].bgp.peerGroups[0].ebgpMultihop"],
        ),
        # A member has its number from the group; an internal group beside it makes no external one internal.
        (
            "R3",
            [
                lambda d: router(d)["peerGroups"].append({"name": "INNER", "remoteAs": "internal"}),
                lambda d: router(d)["neighbors"][1].update(peerGroup="INNER", ebgpMultihop=2),
            ],
            ["error routers[0].bgp.neighbors[1].ebgpMultihop"],
        ),
        (
            "R3",
            [
                lambda d: router(d)["neighbors"].append(
                    {"address": "192.168.10.9", "remoteAs": "internal", "ebgpMultihop": 2}
                )
            ],
            ["error routers[0].bgp.neighbors[4].ebgpMultihop"],
        ),
        ("R3", [lambda d: router(d)["neighbors"][0].update(ebgpMultihop=2)], []),
        ("R4", [lambda d: router(d).update(networks=["10.99.0.0/24"])], ["warning routers[0].bgp.networks[0]"]),
        ("R4", [lambda d: router(d).update(networks=["10.99.0.0/24"], importCheck=False)], []),
        (
            "R5",
            [lambda d: d["routers"][0].update(staticRoutes=[{"to": "10.50.0.0/16", "via": "203.0.113.1"}])],
            ["error routers[0].staticRoutes[0].via"],
        ),
        (
            "R5",
            [
                lambda d: d["routers"][0].update(
                    staticRoutes=[{"to": "10.50.0.0/16", "via": "203.0.113.1", "interface": "eth1"}]
                )
            ],
            [],
        ),
        (
            "R5",
            [lambda d: d["routers"][0].update(staticRoutes=[{"to": "fd00::/64", "via": "fd00:1::1"}])],
            ["error routers[0].staticRoutes[0].via"],
        ),
        (
            "R7",
            [lambda d: router(d)["neighbors"][0].update(timers={"keepalive": 1, "hold": 3})],
            ["warning bgp.peerConfigs[0].hold"],
        ),
        ("R7", [lambda d: router(d)["peerGroups"][0].update(timers={"keepalive": 3, "hold": 9})], []),
        ("R7", [lambda d: router(d).update(neighbors=[{"address": "192.168.10.101", "remoteAs": 65001}])], []),
        # The neighbor's own timers come before its group's.
        (
            "R7",
            [
                lambda d: router(d)["peerGroups"][0].update(timers={"keepalive": 1, "hold": 3}),
                lambda d: [n.update(timers={"keepalive": 3, "hold": 9}) for n in router(d)["neighbors"]],
            ],
            [],
        ),
        (
            "R7",
            [
                lambda d: router(d)["peerGroups"][0].update(timers={"keepalive": 1, "hold": 3}),
                lambda d: peer(d).pop("peerConfigRef"),
            ],
            [],
        ),
    ],
)
def test_a_condition(rule_id: str, edits: list[Edit], expected: list[str]) -> None:
    assert told(rule_id, *edits) == expected


def sentences(rule_id: str, *edits: Edit) -> list[str]:
    document = copy.deepcopy(BASE)
    for edit in edits:
        edit(document)
    return [f"{f.expected} | {f.got} | {f.fix}" for f in check_all(parse(document, "t")).findings if f.rule == rule_id]


@pytest.mark.parametrize(
    ("rule_id", "edits", "expected"),
    [
        (
            "B6",
            [lambda d: d["bgp"].pop("advertisements")],
            [
                "labels of an advertisement | {'matchLabels': {'advertise': 'bgp'}}, which matches nothing: "
                "there are no advertisements | "
                "make the selector and an advertisement's labels equal"
            ],
        ),
        # A hold time of 5 s divides to 1; what is advised must itself be right.
        (
            "B12",
            [lambda d: peer_config(d).update(hold=5, keepalive=2)],
            ["at most a third of the hold time, 5 s | 2 s | set keepalive to 1"],
        ),
        (
            "B12",
            [lambda d: peer_config(d).update(hold=3, keepalive=9)],
            ["at most the hold time, 3 s | 9 s | set keepalive to 1"],
        ),
        (
            "B12",
            [lambda d: peer_config(d).update(hold=90, keepalive=31)],
            ["at most a third of the hold time, 90 s | 31 s | set keepalive to 30"],
        ),
        (
            "B13",
            [lambda d: peer_config(d).update(ebgpMultihop=1), far_node],
            [
                "2 or more (node cilium-w3 is not on the link of 192.168.10.200) | 1 | set "
                "ebgpMultihop to the number of hops",
                "2 or more (192.168.30.100, node cilium-w3, is on no link of cilium-r) | 1"
                " | set ebgpMultihop to the number of hops on the router too",
            ],
        ),
        (
            "B15",
            [secret("bgp", None)],
            ["no password (router cilium-r) | bgpPassword | give both sides the same passwordConfig"],
        ),
        (
            "B15",
            [secret(None, "other")],
            ["other (router cilium-r) | no password | give both sides the same passwordConfig"],
        ),
        (
            "B17",
            [nodes(6), second_config()],
            [
                "nodes that cilium-bgp does not select | n0, n1, n2, n3, n4 and 1 more | make the "
                "selectors exclude each other"
            ],
        ),
        (
            "B17",
            [nodes(5), second_config()],
            ["nodes that cilium-bgp does not select | n0, n1, n2, n3, n4 | make the selectors exclude each other"],
        ),
        (
            "B23",
            [
                lambda d: d["nodes"].__delitem__(slice(1, None)),
                lambda d: d.update(workloads=[]),
                lambda d: d["nodes"][0].update(defaultGateway="192.168.10.1"),
                lambda d: (peer(d).pop("address"), peer(d).update(defaultGateway="ipv4")),
            ],
            [
                "the ipv4 address of a router of this stack | 192.168.10.1 | "
                "set the node's default gateway to the router, or name the peer's address"
            ],
        ),
        (
            "R2",
            [lambda d: router(d)["neighbors"][1].update(timers={"keepalive": 2, "hold": 5})],
            ["at most 1 s | 2 s | set keepalive: 1"],
        ),
    ],
)
def test_a_sentence(rule_id: str, edits: list[Edit], expected: list[str]) -> None:
    assert sentences(rule_id, *edits) == expected
