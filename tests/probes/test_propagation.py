"""Several routers: what they tell each other is expected of each, and red where it is not so."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import parse
from config.stack import StackConfig
from effective.peerings.expected import expected_sessions
from probes.observations import Observations
from probes.propagation import BgpPath, propagated, router_sessions
from probes.verdict import Color, Verdict
from probes.verify import control_plane
from tests.probes.recorded import healthy, rib_route, router_answer

_ECMP = Path(__file__).resolve().parents[2] / "Pulumi.ecmp.yaml"
NODES = {f"cilium-{name}": f"192.168.10.10{i}" for i, name in enumerate(("ctr", "w1", "w2"))}
PODS = [f"172.20.{i}.0/24" for i in range(3)]
VIP = "172.16.1.1/32"
SPINE = {"tor-1": "192.168.31.254", "tor-2": "192.168.32.254"}


def document() -> dict[str, Any]:
    return copy.deepcopy(dict(yaml.safe_load(_ECMP.read_text())["config"]["cilium-edge:stack"]))


def stack(change: Callable[[dict[str, Any]], Any] = lambda one: None) -> StackConfig:
    found = document()
    change(found)
    return parse(found, "ecmp")


def neighbor() -> dict[str, Any]:
    return {
        "remoteAs": 0,
        "localAs": 65000,
        "bgpState": "Established",
        "bgpTimerHoldTimeMsecs": 3000,
        "bgpTimerKeepAliveIntervalMsecs": 1000,
    }


def answer(neighbors: list[str], routes: dict[str, list[str]], *networks: str) -> dict[str, Any]:
    return router_answer({address: neighbor() for address in neighbors}, routes, *networks)


def healthy_fabric() -> Observations:
    """As the lab answers when all is well."""
    direct = {prefix: [address] for prefix, address in zip(PODS, NODES.values(), strict=True)}
    observations = healthy()
    observations.routers = {}
    for name, spine in SPINE.items():
        other = "192.168.32.0/24" if name == "tor-1" else "192.168.31.0/24"
        routes = {**direct, VIP: list(NODES.values()), other: [spine]}
        observations.routers[name] = answer([*NODES.values(), spine], routes)
    both = ["192.168.31.1", "192.168.32.1"]
    observations.routers["spine"] = answer(
        both, dict.fromkeys((*PODS, VIP), both), "192.168.31.0/24", "192.168.32.0/24"
    )
    peer = {"session-state": "established", "applied-hold-time-seconds": 3, "applied-keep-alive-time-seconds": 1}
    observations.agents = {node: [{**peer, "peer-address": f"192.168.10.20{i}"} for i in (1, 2)] for node in NODES}
    return observations


def judged(observations: Observations, declared: StackConfig | None = None) -> list[Verdict]:
    declared = declared or stack()
    return [
        v
        for v in control_plane(declared, list(expected_sessions(declared)), observations)
        # The API's objects are another stack's.
        if v.color is not Color.GREEN and v.check != "declared"
    ]


def test_two_routers_and_a_spine_are_green() -> None:
    assert judged(healthy_fabric()) == []
    assert sorted(map(str, router_sessions(stack()))) == [
        "spine - tor-1",
        "spine - tor-2",
        "tor-1 - spine",
        "tor-2 - spine",
    ]


@pytest.mark.parametrize(
    ("router", "spoil", "check", "cause"),
    [
        (
            "spine",
            lambda r: r["neighbors"]["192.168.31.1"].update(bgpState="Active"),
            "bgp-session",
            "no TCP connection",
        ),
        (
            "tor-2",
            lambda r: r["neighbors"]["192.168.32.254"].update(bgpState="Idle", remoteAs=7),
            "bgp-session",
            "FRR expects AS 7, spine speaks as AS 65100",
        ),
        ("tor-2", lambda r: r["neighbors"].pop("192.168.32.254"), "bgp-session", "FRR has no neighbor 192.168.32.254"),
        (
            "tor-1",
            lambda r: r["neighbors"]["192.168.31.254"].update(bgpTimerHoldTimeMsecs=9000),
            "bgp-session",
            "timers are not the declared ones",
        ),
        ("spine", lambda r: r["rib"].update({VIP: rib_route(VIP, ["192.168.31.1"])}), "rib", "missing 192.168.32.1"),
        ("spine", lambda r: r["rib"].pop(PODS[1]), "rib", "no session carries it"),
        ("tor-1", lambda r: r["rib"].pop("192.168.32.0/24"), "rib", "no session carries it"),
        (
            "spine",
            lambda r: r["rib"].update({"10.9.9.0/24": rib_route("10.9.9.0/24", ["192.168.31.1"])}),
            "rib-surplus",
            "another speaker",
        ),
        ("spine", lambda r: r["neighbors"].update({"192.168.31.9": neighbor()}), "bgp-unexpected", "does not declare"),
    ],
)
def test_each_fault_between_routers_is_seen(router: str, spoil: Callable[[Any], Any], check: str, cause: str) -> None:
    observations = healthy_fabric()
    spoil(observations.routers[router])
    [red] = judged(observations)
    assert (red.check, red.where, red.color) == (check, router, Color.RED) and cause in red.cause


def test_a_router_that_says_nothing_is_never_green() -> None:
    observations = healthy_fabric()
    del observations.routers["spine"]
    assert {v.color for v in judged(observations)} == {Color.GREY} and any(
        "spine - tor-1" in v.subject for v in judged(observations)
    )


def test_where_a_service_has_no_backend_no_router_has_its_address() -> None:
    declared = stack(lambda one: one["services"][0].update(externalTrafficPolicy="Local"))
    observations = healthy_fabric()
    observations.objects["slices"] = []
    assert {v.where for v in judged(observations, declared) if v.subject == VIP} == {"tor-1", "tor-2", "spine"}
    for one in observations.routers.values():
        del one["rib"][VIP]
        one["fib"] = [route for route in one["fib"] if route["dst"] not in (VIP, VIP.removesuffix("/32"))]
    assert judged(observations, declared) == []


def test_a_neighbor_that_is_declared_on_one_side_alone_is_no_session() -> None:
    def one_sided(one: dict[str, Any]) -> None:
        one["routers"][2]["bgp"]["neighbors"].pop(0)

    assert sorted(map(str, router_sessions(stack(one_sided)))) == ["spine - tor-2", "tor-2 - spine"]


def test_the_smaller_hold_time_counts_on_both_sides() -> None:
    def slow(one: dict[str, Any]) -> None:
        one["routers"][2]["bgp"]["peerGroups"] = [
            {"name": "FABRIC", "remoteAs": "external", "timers": {"keepalive": 20, "hold": 60}}
        ]

    found = {str(one): (one.hold, one.keepalive) for one in router_sessions(stack(slow))}
    assert found["spine - tor-1"] == found["tor-1 - spine"] == (3, 1)


# --- how routes spread ---


def chain(*asns: int, relax: bool = True, **more: Any) -> StackConfig:
    """Routers r0, r1, ... each beside the next one, as far as FRR is concerned."""
    found = document()
    found["routers"] = []
    for i, asn in enumerate(asns):
        interfaces = [
            {"name": f"e{j}", "address": f"10.0.{min(i, j)}.{i + 1}/24"} for j in (i - 1, i + 1) if 0 <= j < len(asns)
        ]
        neighbors = [
            {"address": f"10.0.{min(i, j)}.{j + 1}", "remoteAs": asns[j]} for j in (i - 1, i + 1) if 0 <= j < len(asns)
        ]
        bgp = {"asn": asn, "neighbors": neighbors, "multipathRelax": relax, **more}
        found["routers"].append({"name": f"r{i}", "interfaces": interfaces, "bgp": bgp})
    return parse(found, "ecmp")


def hops(declared: StackConfig, prefix: str, **learned: tuple[BgpPath, ...]) -> dict[str, list[str]]:
    tables = propagated(declared, {name: {prefix: paths} for name, paths in learned.items()})
    return {name: sorted(path.hop for path in table[prefix]) for name, table in tables.items() if prefix in table}


POD = "172.20.0.0/24"
NODE = (BgpPath((65001,), "192.168.10.100", "pod"),)


def test_a_route_goes_from_router_to_router() -> None:
    assert hops(chain(1, 2, 3), POD, r0=NODE) == {"r0": ["192.168.10.100"], "r1": ["10.0.0.1"], "r2": ["10.0.1.2"]}


def test_a_router_refuses_what_went_through_its_own_as() -> None:
    assert hops(chain(1, 2, 1), POD, r0=NODE) == {"r0": ["192.168.10.100"], "r1": ["10.0.0.1"]}


def test_inside_an_as_a_route_is_passed_on_once_with_its_hop() -> None:
    assert hops(chain(1, 1, 1), POD, r0=NODE) == {"r0": ["192.168.10.100"], "r1": ["192.168.10.100"]}


def test_a_shorter_way_wins_and_equal_ones_share() -> None:
    far = (BgpPath((65001, 7), "192.168.10.101", "pod"),)
    assert hops(chain(1, 2, 3), POD, r0=NODE, r2=far)["r1"] == ["10.0.0.1"]
    assert hops(chain(1, 2, 3), POD, r0=NODE, r2=NODE)["r1"] == ["10.0.0.1", "10.0.1.3"]
    # Also where the router would use one of them alone: that is to be seen.
    assert hops(chain(1, 2, 3, relax=False), POD, r0=NODE, r2=NODE)["r1"] == ["10.0.0.1", "10.0.1.3"]


def test_what_a_router_has_itself_it_learns_from_nobody() -> None:
    declared = chain(1, 2, networks=["10.9.0.0/16"])
    assert hops(declared, "10.9.0.0/16") == {"r0": [""], "r1": [""]}


# --- what neighbors are told otherwise ---


def with_settings(declared: StackConfig, near: int, far: int, **said: Any) -> StackConfig:
    """The chain with settings on r<near>'s entry for r<far>."""
    found = document_of(declared)
    index = next(
        k
        for k, n in enumerate(found["routers"][near]["bgp"]["neighbors"])
        if n["address"] == f"10.0.{min(near, far)}.{far + 1}"
    )
    found["routers"][near]["bgp"]["neighbors"][index].update(said)
    return parse(found, "ecmp")


def document_of(declared: StackConfig) -> dict[str, Any]:
    return declared.model_dump(mode="json", by_alias=True, exclude_unset=True)


def test_a_route_reflector_passes_on_what_its_client_told() -> None:
    inside = chain(1, 1, 1)
    internal = (BgpPath((65001,), "192.168.10.100", "pod"),)
    assert "r2" not in hops(inside, POD, r0=internal)
    assert hops(with_settings(inside, 1, 0, routeReflectorClient=True), POD, r0=internal)["r2"] == ["192.168.10.100"]
    assert hops(with_settings(inside, 1, 2, routeReflectorClient=True), POD, r0=internal)["r2"] == ["192.168.10.100"]


def test_next_hop_self_is_of_external_routes_unless_it_is_forced() -> None:
    inside = with_settings(chain(1, 1, 1), 1, 0, routeReflectorClient=True)
    assert hops(with_settings(inside, 0, 1, nextHopSelf=True), POD, r0=NODE)["r1"] == ["10.0.0.1"]
    assert hops(with_settings(inside, 1, 2, nextHopSelf=True), POD, r0=NODE)["r2"] == ["192.168.10.100"]
    assert hops(with_settings(inside, 1, 2, nextHopSelf="force"), POD, r0=NODE)["r2"] == ["10.0.1.2"]


def test_a_router_takes_its_own_as_again_where_it_is_told_to() -> None:
    loop = chain(1, 2, 1)
    assert hops(with_settings(loop, 2, 1, allowasIn=1), POD, r0=NODE)["r2"] == ["10.0.1.2"]
    assert "r2" not in hops(with_settings(loop, 2, 1, allowasIn="origin"), POD, r0=NODE)
    assert hops(with_settings(loop, 2, 1, allowasIn="origin"), POD, r0=(BgpPath((), "x", "own"),))["r2"] == ["10.0.1.2"]
    assert hops(with_settings(loop, 1, 2, asOverride=True), POD, r0=NODE)["r2"] == ["10.0.1.2"]


def test_a_local_as_is_what_the_neighbor_hears() -> None:
    other = with_settings(chain(1, 2, 3), 1, 2, localAs=7)
    other = with_settings(other, 2, 1, remoteAs=7)
    table = propagated(other, {"r0": {POD: NODE}})["r2"]
    assert table[POD][0].ases == (7, 1, 65001)


def test_an_aggregate_is_there_while_something_is_inside_and_may_keep_that_to_itself() -> None:
    def of(**said: Any) -> dict[str, set[str]]:
        found = document_of(chain(1, 2))
        found["routers"][0]["bgp"]["aggregateAddresses"] = [{"prefix": "172.20.0.0/16", **said}]
        declared = parse(found, "ecmp")
        return {name: set(propagated(declared, {"r0": {name: NODE}})["r1"]) for name in (POD, "10.1.0.0/24")}

    assert of() == {POD: {POD, "172.20.0.0/16"}, "10.1.0.0/24": {"10.1.0.0/24"}}
    assert of(summaryOnly=True)[POD] == {"172.20.0.0/16"}


def test_a_default_and_routes_of_other_sources_are_told() -> None:
    found = document_of(with_settings(chain(1, 2), 0, 1, defaultOriginate=True))
    first = found["routers"][0]
    first["interfaces"].append({"name": "e9", "address": "10.9.0.1/24"})
    first["staticRoutes"] = [{"to": "10.8.0.0/16", "via": "10.9.0.2"}]
    first["bgp"].update(
        redistribute=["connected", {"protocol": "static", "routeMap": "NONE"}],
        routeMaps=[{"name": "NONE", "entries": [{"action": "deny"}]}],
    )
    assert set(propagated(parse(found, "ecmp"), {})["r1"]) == {"0.0.0.0/0", "10.0.0.0/24", "10.9.0.0/24"}


# --- routers and neighbors of others ---


def others(one: dict[str, Any]) -> None:
    """The spine is somebody else's."""
    one["routers"][2]["managed"] = False


def test_a_router_that_is_not_managed_is_asked_nothing_and_what_it_says_is_its_own() -> None:
    declared, observations = stack(others), healthy_fabric()
    del observations.routers["spine"]
    for name, spine in SPINE.items():
        observations.routers[name]["rib"]["0.0.0.0/0"] = rib_route("0.0.0.0/0", [spine])
        other = "192.168.32.0/24" if name == "tor-1" else "192.168.31.0/24"
        observations.routers[name]["foreign"] = ["0.0.0.0/0", other]
    assert judged(observations, declared) == []
    observations.routers["tor-1"]["foreign"] = []
    assert [v.check for v in judged(observations, declared)] == ["rib-surplus"]


def test_nodes_that_peer_with_a_router_of_others_are_proven_on_the_agents_word() -> None:
    def unmanaged(one: dict[str, Any]) -> None:
        others(one)
        one["routers"][0]["managed"] = False

    declared, observations = stack(unmanaged), healthy_fabric()
    for name in ("spine", "tor-1"):
        del observations.routers[name]
    observations.routers["tor-2"]["foreign"] = ["192.168.31.0/24"]
    assert judged(observations, declared) == []
    observations.agents["cilium-w1"][0]["session-state"] = "active"
    assert [(v.check, v.subject) for v in judged(observations, declared)] == [
        ("bgp-session", "cilium-w1 - tor-1 (agent)")
    ]
