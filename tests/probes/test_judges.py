"""The judges on recorded answers: green when healthy, red with a cause for each thing that can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from config.load import parse
from config.stack import StackConfig
from effective.peerings.expected import expected_sessions
from probes.expected_prefixes import expected_prefixes
from probes.observations import Observations
from probes.route_tables import fib_next_hops
from probes.verdict import Color, Verdict
from probes.verify import all_green, control_plane
from tests.probes.recorded import NODES, dev, dev_object, fib_route, healthy, neighbor, rib_route


def judge(observations: Observations, stack: StackConfig | None = None) -> list[Verdict]:
    stack = stack or dev()
    return control_plane(stack, list(expected_sessions(stack)), observations)


def not_green(verdicts: list[Verdict]) -> list[Verdict]:
    return [v for v in verdicts if v.color is not Color.GREEN]


def test_a_healthy_stack_is_green() -> None:
    verdicts = judge(healthy())
    assert not_green(verdicts) == []
    assert len(verdicts) == 24


def test_nothing_asked_is_nothing_proven() -> None:
    assert not all_green([])


@pytest.mark.parametrize("part", ["routers", "agents", "objects"])
def test_missing_answers_are_never_green(part: str) -> None:
    observations = healthy()
    setattr(observations, part, {})
    verdicts = not_green(judge(observations))
    assert verdicts
    assert all(v.color is Color.GREY or v.cause for v in verdicts)


def spoil(change: Callable[[Observations], Any]) -> list[Verdict]:
    observations = healthy()
    change(observations)
    verdicts = not_green(judge(observations))
    assert verdicts, "the fault went unseen"
    assert all(v.color is Color.RED and v.cause for v in verdicts)
    return verdicts


def router(observations: Observations) -> Any:
    return observations.routers["cilium-r"]


def test_session_down_on_the_router() -> None:
    [red] = spoil(lambda s: router(s)["neighbors"]["192.168.10.101"].update(bgpState="Active"))
    assert (red.check, red.observed) == ("bgp-session", "Active")
    assert "reachability" in red.cause


def test_wrong_as_on_either_side_is_named() -> None:
    down = {"bgpState": "Idle", "remoteAs": 64999}
    [red] = spoil(lambda s: router(s)["neighbors"]["192.168.10.101"].update(down))
    assert red.cause == "FRR expects AS 64999, Cilium speaks as AS 65001"
    down = {"bgpState": "Idle", "localAs": 65010}
    [red] = spoil(lambda s: router(s)["neighbors"]["192.168.10.101"].update(down))
    assert red.cause == "Cilium expects AS 65000, FRR speaks as AS 65010"


def test_one_as_on_both_sides_of_an_external_session_is_named() -> None:
    document = dev_object()
    document["bgp"]["clusterConfigs"][0]["instances"][0]["localASN"] = 65000
    stack = parse(document, "dev")
    for link, words in (
        ("nbrExternalLink", "both sides are AS 65000, and the neighbor is external"),
        ("nbrInternalLink", "FRR expects AS 65001"),
    ):
        observations = healthy()
        # The number is the one that FRR saw last.
        router(observations)["neighbors"]["192.168.10.101"].update({"bgpState": "Idle", "remoteAs": 65001, link: True})
        [red] = not_green(judge(observations, stack))
        assert words in red.cause


def test_routes_that_frr_discards_for_want_of_a_policy() -> None:
    def without_policy(observations: Observations) -> None:
        families = {"ipv4Unicast": {"inboundEbgpRequiresPolicy": "Inbound updates discarded due to missing policy"}}
        router(observations)["neighbors"]["192.168.10.101"]["addressFamilyInfo"] = families
        router(observations)["rib"].pop("172.20.1.0/24")

    [red] = spoil(without_policy)
    assert red.cause == "FRR takes no route from 192.168.10.101 without an inbound policy (bgp ebgp-requires-policy)"


def test_neighbor_that_frr_does_not_have() -> None:
    [red] = spoil(lambda s: router(s)["neighbors"].pop("192.168.20.100"))
    assert "no neighbor 192.168.20.100" in red.cause


def test_agent_without_the_peer() -> None:
    [red] = spoil(lambda s: s.agents["cilium-w2"].clear())
    assert red.where == "cilium-w2" and "runs no such peer" in red.cause


def test_timers_other_than_agreed_are_red_on_both_sides() -> None:
    [red] = spoil(lambda s: router(s)["neighbors"]["192.168.10.100"].update(bgpTimerHoldTimeMsecs=90000))
    assert "hold 90 s" in red.observed and "timers" in red.cause
    [red] = spoil(lambda s: s.agents["cilium-ctr"][0].update({"applied-hold-time-seconds": 90}))
    assert red.where == "cilium-ctr" and "timers" in red.cause


def test_a_stranger_among_the_neighbors() -> None:
    [red] = spoil(lambda s: router(s)["neighbors"].update({"192.168.10.66": neighbor()}))
    assert red.check == "bgp-unexpected"


def test_prefix_missing_from_the_rib_or_the_fib() -> None:
    [red] = spoil(lambda s: router(s)["rib"].pop("172.20.1.0/24"))
    assert (red.check, red.subject) == ("rib", "172.20.1.0/24")
    [red] = spoil(lambda s: router(s)["fib"].pop(1))
    assert (red.check, red.subject) == ("fib", "172.20.1.0/24")


def test_a_route_that_is_not_selected_does_not_count() -> None:
    [red] = spoil(lambda s: router(s)["rib"]["172.20.1.0/24"][0].update(selected=False))
    assert red.check == "rib"


def test_wrong_next_hop_is_named() -> None:
    wrong = rib_route("172.20.1.0/24", ["192.168.10.102"])
    [red] = spoil(lambda s: router(s)["rib"].update({"172.20.1.0/24": wrong}))
    assert "192.168.10.102, which must not" in red.cause


def test_ecmp_narrower_than_the_advertising_nodes() -> None:
    three = list(NODES.values())[:3]
    [red] = spoil(lambda s: router(s)["fib"].__setitem__(4, fib_route("172.16.1.1/32", three)))
    assert "has 192.168.20.100 in its RIB and not in its kernel" in red.cause


def test_maximum_paths_limits_what_is_expected() -> None:
    document = dev_object()
    document["routers"][0]["bgp"]["maximumPaths"] = 2
    observations, two = healthy(), list(NODES.values())[:2]
    router(observations)["rib"]["172.16.1.1/32"] = rib_route("172.16.1.1/32", two)
    router(observations)["fib"][4] = fib_route("172.16.1.1/32", two)
    assert not_green(judge(observations, parse(document, "dev"))) == []


def test_a_prefix_that_nobody_declared() -> None:
    extra = rib_route("10.66.0.0/16", ["192.168.10.101"])
    [red] = spoil(lambda s: router(s)["rib"].update({"10.66.0.0/16": extra}))
    assert (red.check, red.observed) == ("rib-surplus", "10.66.0.0/16")


def test_service_without_an_address_or_outside_the_pools() -> None:
    def unsatisfied(observations: Observations) -> None:
        status = observations.objects["services"][0]["status"]
        status["loadBalancer"] = {}
        status["conditions"][0].update(status="False", message="no pool")
        router(observations)["rib"].pop("172.16.1.1/32")
        router(observations)["fib"].pop(4)

    [red] = spoil(unsatisfied)
    assert (red.check, red.cause) == ("lb-ipam", "no pool")

    def stray(observations: Observations) -> None:
        observations.objects["services"][0]["status"]["loadBalancer"]["ingress"][0]["ip"] = "172.31.0.1"

    assert any("in no declared pool" in red.cause for red in spoil(stray))


def local_stack() -> StackConfig:
    document = dev_object()
    document["services"][0]["externalTrafficPolicy"] = "Local"
    return parse(document, "dev")


def test_local_policy_wants_only_nodes_with_a_ready_backend() -> None:
    observations, with_backend = healthy(), list(NODES.values())[1:]
    reds = not_green(judge(observations, local_stack()))
    assert {r.check for r in reds} == {"rib", "fib"}
    assert all("192.168.10.100, which must not" in r.cause for r in reds)
    router(observations)["rib"]["172.16.1.1/32"] = rib_route("172.16.1.1/32", with_backend)
    router(observations)["fib"][4] = fib_route("172.16.1.1/32", with_backend)
    assert not_green(judge(observations, local_stack())) == []


def test_local_policy_without_any_backend_wants_the_address_gone() -> None:
    observations = healthy()
    for endpoint in observations.objects["slices"][0]["endpoints"]:
        endpoint["conditions"]["ready"] = False
    assert any(r.check == "rib" and "cannot serve" in r.cause for r in not_green(judge(observations, local_stack())))


def test_a_stack_with_bgp_and_no_session_is_red() -> None:
    document = dev_object()
    document["bgp"]["nodeLabels"] = {}
    stack = parse(document, "dev")
    observations = healthy()
    router(observations)["neighbors"], router(observations)["rib"], router(observations)["fib"] = {}, {}, []
    assert any("no cluster config selects" in v.cause for v in not_green(judge(observations, stack)))


def test_an_ipv6_address_that_must_not_be_announced_is_a_prefix_of_128_bits() -> None:
    observations = healthy()
    for item in observations.objects["services"]:
        item["status"]["loadBalancer"]["ingress"] = [{"ip": "fd00:172::1"}]
    stack = dev().model_copy(update={"bgp": None})
    assert "fd00:172::1/128" in {item.prefix for item in expected_prefixes(stack, [], observations)["cilium-r"]}


def test_the_kernels_default_route_is_a_prefix() -> None:
    assert fib_next_hops([{"dst": "default", "gateway": "10.0.0.1"}]) == {"0.0.0.0/0": {"10.0.0.1"}}
