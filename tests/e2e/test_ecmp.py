"""The ecmp stack: two routers in front of the nodes and one behind them, proven, and one of the two lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.harness import Edge, deployed

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def ecmp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with deployed(tmp_path_factory.mktemp("ecmp") / "project", "ecmp") as edge:
        yield edge


def test_every_router_is_proven(ecmp: Edge) -> None:
    result = ecmp.verify()
    assert result["green"]
    seen = {(verdict["check"], verdict["subject"], verdict["where"]) for verdict in result["verdicts"]}
    assert {("bgp-session", "spine - tor-1 (router)", "spine"), ("rib", "172.16.1.1/32", "spine")} <= seen
    # From every router, the one behind the others too.
    assert {where for check, _, where in seen if check == "vip-http"} == {"tor-1", "tor-2", "spine"}


@pytest.mark.thorough
def test_the_loss_of_one_router_costs_the_hold_time(ecmp: Edge) -> None:
    [outcome] = ecmp.drill("second-router-lost")
    [stream] = outcome["streams"]
    # Half of the requests go its way until the session is given up after 3 s.
    assert outcome["passed"] and 1 < stream["blackOut"] <= 4 and stream["lost"] > 20
    # A hold time ends within a tick of the router's timers.
    assert outcome["foreseen"] == 3.0 and stream["blackOut"] <= outcome["foreseen"] + 0.5
    assert ecmp.verify()["green"]


def test_a_route_that_a_router_does_not_pass_on_is_seen_behind_it(ecmp: Edge) -> None:
    ecmp.on("tor-2", "vtysh -c 'conf t' -c 'router bgp 65000' -c 'neighbor 192.168.32.254 shutdown'")
    try:
        result = ecmp.look()
        red = {(v["check"], v["where"]) for v in result["verdicts"] if v["color"] == "red"}
        assert ("bgp-session", "spine") in red and ("rib", "spine") in red
        assert ("bgp-session", "tor-1") not in red
    finally:
        ecmp.on("tor-2", "vtysh -c 'conf t' -c 'router bgp 65000' -c 'no neighbor 192.168.32.254 shutdown'")
    assert ecmp.verify()["green"]
