"""Faults of the declaration itself: what was declared is there, and serves nobody. Each is told with its cause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from config.load import parse
from effective.peerings.expected import expected_sessions
from probes.expected_prefixes import expected_prefixes
from probes.observations import Observations
from probes.verdict import Color, Verdict
from probes.verify import control_plane
from tests.probes.recorded import dev_object, healthy, neighbor, reporting

Edit = Callable[[Any], object]


def nothing(_: object) -> None:
    return None


def told(edit: Edit = nothing, change: Callable[[Observations], object] = nothing) -> list[Verdict]:
    """What is not green where the dev stack is edited, and the answers of the healthy one are changed."""
    document, answers = dev_object(), healthy()
    edit(document)
    change(answers)
    stack = parse(document, "dev")
    verdicts = control_plane(stack, list(expected_sessions(stack)), answers)
    # The API's objects are the ones of the stack before it was edited.
    return [verdict for verdict in verdicts if verdict.color is not Color.GREEN and verdict.check != "declared"]


def red(found: list[Verdict], check: str, subject: str) -> str:
    """The cause of one red verdict."""
    [verdict] = [v for v in found if (v.check, v.subject) == (check, subject)]
    assert verdict.color is Color.RED
    return verdict.cause


def services(document: Any) -> Any:
    """The entry that announces Services."""
    return document["bgp"]["advertisements"][1]["advertisements"][0]


def peer_config(document: Any) -> Any:
    return document["bgp"]["peerConfigs"][0]


def peers(document: Any) -> Any:
    return document["bgp"]["clusterConfigs"][0]["instances"][0]["peers"]


@pytest.mark.parametrize(
    ("edit", "cause"),
    [
        (lambda d: services(d).pop("selector"), "has no selector, which selects nothing"),
        (lambda d: services(d).update(selector={"matchLabels": {"a": "b"}}), "no advertisement's selector matches"),
        (lambda d: services(d).update(addresses=["ClusterIP"]), "or that names LoadBalancerIP"),
        (lambda d: d["services"][0].update(loadBalancerClass="io.cilium/l2-announcer"), "which BGP leaves alone"),
        (lambda d: d["services"][0].update(loadBalancerClass="metallb"), "which Cilium leaves alone"),
    ],
)
def test_an_address_that_nobody_is_told_of(edit: Edit, cause: str) -> None:
    """That its ClusterIP is announced is no matter: nobody asked for that one from outside."""
    found = told(
        edit, lambda observations: observations.objects["services"][0].update(spec={"clusterIPs": ["10.96.0.9"]})
    )
    assert cause in red(found, "announced", "webpod")


def test_an_address_within_what_is_announced() -> None:
    def wide(observations: Observations) -> None:
        observations.objects["services"][0]["spec"] = {"clusterIPs": ["172.16.1.9"]}

    found = told(lambda d: services(d).update(addresses=["ClusterIP"], aggregationLength=24), wide)
    assert "announced" not in {verdict.check for verdict in found}


def test_a_stack_without_bgp_says_what_its_l2_policies_lack() -> None:
    def on_the_link(document: Any) -> None:
        del document["bgp"]
        document["l2Policies"] = [
            {"name": "l2", "loadBalancerIPs": True, "serviceSelector": {"matchLabels": {"a": "b"}}}
        ]

    assert red(told(on_the_link), "announced", "webpod").startswith("no L2 policy's serviceSelector matches")


def test_an_address_that_is_announced_on_a_link_alone() -> None:
    """By an agent, which L2's own verdict is about."""

    def on_the_link(document: Any) -> None:
        services(document).pop("selector")
        document["l2Policies"] = [{"name": "l2", "loadBalancerIPs": True}]

    assert {verdict.check for verdict in told(on_the_link)} == {"l2", "rib"}


@pytest.mark.parametrize(
    ("edit", "cause"),
    [
        (lambda d: peers(d)[0].pop("peerConfigRef"), "the peer has no peer config"),
        (lambda d: peer_config(d).update(families=[]), "no family of peer config cilium-peer"),
        (
            lambda d: peer_config(d)["families"][0].update(advertisements={"matchLabels": {"a": "b"}}),
            "no advertisement has the labels that peer config cilium-peer selects",
        ),
    ],
)
def test_a_session_that_can_carry_nothing(edit: Edit, cause: str) -> None:
    assert cause in red(told(edit), "announced", "cilium-w1 - cilium-r")


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("CiliumBGPClusterConfig", "ConflictingClusterConfig"),
        ("CiliumBGPPeerConfig", "MissingAuthSecret"),
        ("CiliumBGPNodeConfig", "BGPReconcileError"),
        ("CiliumLoadBalancerIPPool", "PoolConflict"),
    ],
)
def test_what_cilium_says_of_its_objects(kind: str, fault: str) -> None:
    found = told(
        change=lambda observations: observations.objects[kind].append(reporting(kind, "another", fault, "True"))
    )
    assert red(found, "object", "another") == f"{kind} another: {fault} of {kind}"
    [grey] = told(change=lambda observations: observations.objects.pop(kind))
    assert grey.color is Color.GREY


def test_a_condition_that_tells_of_no_fault_is_not_one() -> None:
    total = reporting("CiliumLoadBalancerIPPool", "another", "IPsTotal", "True")
    assert told(change=lambda observations: observations.objects["CiliumLoadBalancerIPPool"].append(total)) == []


def router(observations: Observations) -> Any:
    return observations.routers["cilium-r"]


def test_lines_that_frr_does_not_run() -> None:
    found = told(change=lambda observations: router(observations).update({"not-running": ["maximum-paths 256"]}))
    assert "maximum-paths 256" in red(found, "router-config", "cilium-r")


def test_lines_of_a_neighbor_that_the_file_does_not_have() -> None:
    lines = ["router bgp 65000", "neighbor 192.168.10.101 shutdown", "exit"]
    found = told(change=lambda observations: router(observations).update({"not-in-file": lines}))
    cause = "FRR on cilium-r runs what its file does not have: neighbor 192.168.10.101 shutdown"
    assert red(found, "router-config", "cilium-r") == cause
    others = ["ip prefix-list mine seq 5 permit any", "log syslog"]
    assert told(change=lambda observations: router(observations).update({"not-in-file": others})) == []


@pytest.mark.parametrize("route", [[], [{"selected": True}], [{"installed": True}]])
def test_a_static_route_that_is_not_in_force(route: list[dict[str, bool]]) -> None:
    def via_nowhere(document: Any) -> None:
        document["routers"][0]["staticRoutes"] = [{"to": "10.97.0.0/16", "via": "203.0.113.1"}]

    found = told(via_nowhere, lambda observations: router(observations).update(static={"10.97.0.0/16": route}))
    assert "203.0.113.1 is on no link" in red(found, "static-route", "10.97.0.0/16")
    good = {"10.97.0.0/16": [{"selected": True, "installed": True}]}
    assert told(via_nowhere, lambda observations: router(observations).update(static=good)) == []


@pytest.mark.parametrize("answer", [{}, {"paths": [{"sourced": True}]}, {"paths": [{"valid": True}]}])
def test_a_network_that_is_not_announced(answer: dict[str, Any]) -> None:
    found = told(change=lambda observations: router(observations).update(networks={"10.10.1.0/24": answer}))
    assert "import check" in red(found, "network", "10.10.1.0/24")


def override(name: str) -> Edit:
    one = {"node": "cilium-w3", "instances": [{"name": name, "routerId": "192.0.2.7"}]}
    return lambda document: document["bgp"].update(nodeOverrides=[one])


def test_an_override_of_an_instance_that_is_not_there() -> None:
    assert "no instance nobody (it has: instance-65001)" in red(
        told(override("nobody")), "bgp-override", "cilium-w3 nobody"
    )


@pytest.mark.parametrize(("shown", "good"), [("192.0.2.7", True), ("192.168.20.100", False)])
def test_the_router_id_of_an_override_is_what_the_router_sees(shown: str, good: bool) -> None:
    def answers(observations: Observations) -> None:
        router(observations)["neighbors"]["192.168.20.100"] = {**neighbor(), "remoteRouterId": shown}

    def down(observations: Observations) -> None:
        answers(observations)
        router(observations)["neighbors"]["192.168.20.100"]["bgpState"] = "Active"

    found = told(override("instance-65001"), answers)
    assert {verdict.check for verdict in told(override("instance-65001"), down)} == {"bgp-session"}
    assert (found == []) == good
    assert good or "older than the override" in red(found, "bgp-override", "cilium-w3 instance-65001")


# A router of somebody else's: behind the stack's router, and on the link of three nodes.
FAR, NEAR = "10.98.0.2", "192.168.10.210"


def stranger(document: Any) -> None:
    config = {key: value for key, value in peer_config(document).items() if key != "ebgpMultihop"}
    document["bgp"]["peerConfigs"].append({**config, "name": "one-hop"})
    for address, ref in ((FAR, "one-hop"), ("10.98.0.3", "cilium-peer"), (NEAR, "one-hop")):
        peers(document).append({"name": address, "asn": 65100, "address": address, "peerConfigRef": ref})


@pytest.mark.parametrize(
    ("address", "state", "cause"),
    [
        (FAR, "active", "packets go one hop without ebgpMultihop"),
        (NEAR, "active", f"{NEAR} does not answer as AS 65100"),
        ("10.98.0.3", "active", "10.98.0.3 does not answer as AS 65100"),
        ("10.98.0.3", None, "the agent runs no such peer"),
    ],
)
def test_a_session_with_a_router_that_the_stack_does_not_have(address: str, state: str | None, cause: str) -> None:
    def answers(observations: Observations) -> None:
        for agent in observations.agents.values():
            agent += [
                {"peer-address": ip, "session-state": state if ip == address else "established"}
                for ip in (FAR, "10.98.0.3", NEAR)
                if ip != address or state
            ]

    found = told(stranger, answers)
    assert len(found) == 4
    assert cause in red(found, "bgp-session", f"cilium-w1 - {address} (agent)")


def test_services_of_one_sharing_key_have_one_address() -> None:
    def shared(document: Any) -> None:
        [one] = document["services"]
        one["annotations"] = {"lbipam.cilium.io/sharing-key": "web"}
        document["services"].append({**one, "name": "other"})

    def given(address: str) -> Callable[[Observations], None]:
        def change(observations: Observations) -> None:
            [one] = observations.objects["services"]
            status = {**one["status"], "loadBalancer": {"ingress": [{"ip": address}]}}
            observations.objects["services"].append(
                {"metadata": {**one["metadata"], "name": "other"}, "status": status}
            )

        return change

    assert "cannot share" in red(told(shared, given("172.16.1.2")), "lb-ipam", "sharing key web")
    assert told(shared, given("172.16.1.1")) == []


# --- which prefixes are expected of an advertisement ---


def expected(edit: Edit, spec: dict[str, Any]) -> set[str]:
    document, answers = dev_object(), healthy()
    edit(document)
    answers.objects["services"][0]["spec"] = spec
    stack = parse(document, "dev")
    table = expected_prefixes(stack, list(expected_sessions(stack)), answers)["cilium-r"]
    return {item.prefix for item in table if item.next_hops and "Service" in item.why}


@pytest.mark.parametrize(
    ("edit", "prefixes"),
    [
        (nothing, {"172.16.1.1/32"}),
        (lambda d: services(d).update(addresses=["ClusterIP", "ExternalIP"]), {"10.96.0.9/32", "203.0.113.9/32"}),
        (lambda d: services(d).update(aggregationLength=24), {"172.16.1.0/24"}),
        (
            lambda d: (
                services(d).update(aggregationLength=24),
                d["services"][0].update(externalTrafficPolicy="Local"),
            ),
            {"172.16.1.1/32"},
        ),
        (
            lambda d: services(d).update(selector={"matchLabels": {"io.kubernetes.service.name": "webpod"}}),
            {"172.16.1.1/32"},
        ),
        (lambda d: d["services"][0].update(loadBalancerClass="io.cilium/l2-announcer"), set()),
    ],
)
def test_the_prefixes_of_a_service(edit: Edit, prefixes: set[str]) -> None:
    assert expected(edit, {"clusterIPs": ["10.96.0.9"], "externalIPs": ["203.0.113.9"]}) == prefixes


def test_a_headless_service_has_no_address_of_the_cluster() -> None:
    assert expected(lambda d: services(d).update(addresses=["ClusterIP"]), {"clusterIPs": ["None"]}) == set()
