"""Ingresses in the cluster: green where they have their Service's address and every Envoy has their routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from effective.entries import entrances
from probes.ingress.programmed import judge, known_routes, routes
from probes.observations import Observations
from probes.verdict import Color, Verdict
from tests.probes.ingress.recorded import NODES, given, healthy, listener, route, stack

Change = Callable[[Any], object]


def not_green(change: Callable[[Observations], object]) -> list[Verdict]:
    answers = healthy()
    change(answers)
    return [v for v in judge(stack(), answers) if v.color is not Color.GREEN]


def hosts(answers: Observations, node: str, config: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answers.envoys[node]["configs"][config]["route_config"]["virtual_hosts"]
    return found


def test_what_the_lab_answers_is_green() -> None:
    verdicts = list(judge(stack(), healthy()))
    assert [(v.check, v.subject) for v in verdicts] == [
        ("ingress", "default/basic-ingress"),
        ("ingress", "default/webpod-ingress"),
        *(("envoy", n) for n in NODES),
    ]
    assert all(v.color is Color.GREEN for v in verdicts), verdicts
    assert (verdicts[0].expected, verdicts[0].observed) == (
        "the address of Service kube-system/cilium-ingress",
        "192.168.10.211",
    )
    assert (verdicts[2].expected, verdicts[2].observed) == ("4 routes", "4 of them")


@pytest.mark.parametrize(
    ("change", "observed", "cause"),
    [
        (lambda s: s.objects["ingresses"].pop(0), "no such Ingress", "not deployed"),
        # One of the same name, but of another namespace, is none of ours.
        (lambda s: s.objects["ingresses"][0]["metadata"].update(namespace="shop"), "no such Ingress", "not deployed"),
        (lambda s: s.objects["services"].pop(0), "no such Service", "the operator has made no Service of it"),
        (lambda s: s.objects["services"][0].update(status={}), "192.168.10.211", "LB-IPAM has given the Service no"),
        (lambda s: s.objects["ingresses"][0].update(status={}), "no address", "has not written the address into"),
        (
            lambda s: s.objects["ingresses"].__setitem__(0, given("default", "basic-ingress", "192.168.10.215")),
            "192.168.10.215",
            "has not written the address into",
        ),
        (lambda s: [s.objects[key][0].update(status={}) for key in ("services", "ingresses")], "no address", "LB-IPAM"),
    ],
)
def test_an_address_that_is_not_the_services_is_red_and_told(
    change: Callable[[Observations], object], observed: str, cause: str
) -> None:
    [red] = not_green(change)
    assert (red.check, red.subject, red.color) == ("ingress", "default/basic-ingress", Color.RED)
    assert red.observed == observed and cause in red.cause


@pytest.mark.parametrize(
    ("change", "observed"),
    [
        (lambda s: hosts(s, "cilium-w1", 0)[0]["routes"].pop(0), "3 of them, without /details to default:details:9080"),
        (lambda s: hosts(s, "cilium-w1", 1).pop(), "3 of them, without webpod.example/ to default:webpod:80"),
        (lambda s: s.envoys["cilium-w1"]["configs"].pop(), "2 of them, without / to default:webpod:80"),
        (lambda s: s.envoys.update({"cilium-w1": {}}), "0 of them, without / to default:productpage:9080"),
        # The path is there, and leads somewhere else.
        (
            lambda s: hosts(s, "cilium-w1", 0)[0]["routes"][0]["route"].update(cluster="a/b/default:details:9081"),
            "3 of them, without /details to default:details:9080",
        ),
    ],
)
def test_a_route_that_one_envoy_lacks_is_red_there(change: Callable[[Observations], object], observed: str) -> None:
    [red] = not_green(change)
    assert (red.check, red.subject, red.where, red.color) == ("envoy", "cilium-w1", "cilium-w1", Color.RED)
    assert red.observed == observed and "has not programmed Envoy" in red.cause


@pytest.mark.parametrize(
    ("change", "checks", "why"),
    [
        (lambda s: s.objects.pop("ingresses"), ["ingress", "ingress"], "not asked"),
        (lambda s: s.objects.pop("services"), ["ingress", "ingress"], "not asked"),
        (
            lambda s: (s.objects.pop("services"), s.errors.update(services="HTTP 500")),
            ["ingress", "ingress"],
            "HTTP 500",
        ),
        (lambda s: s.envoys.pop("cilium-w2"), ["envoy"], "no agent there"),
        (
            lambda s: (s.envoys.pop("cilium-w2"), s.errors.update({"envoy of cilium-w2": "no socket"})),
            ["envoy"],
            "no socket",
        ),
    ],
)
def test_what_nobody_answered_is_grey(change: Callable[[Observations], object], checks: list[str], why: str) -> None:
    found = not_green(change)
    assert [v.check for v in found] == checks and all(v.color is Color.GREY and v.cause == why for v in found)


def test_on_the_nodes_own_network_there_is_no_address_to_have() -> None:
    own = stack(lambda d: d.update(ingressController={"hostNetwork": {"port": 8080}}))
    found = [v for v in judge(own, Observations()) if v.check == "ingress"]
    assert [(v.color, v.expected) for v in found] == [(Color.GREEN, "no address: host network")] * 2


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("ingressController"),
        lambda d: [item.update(ingressClassName="nginx") for item in d["ingresses"]],
    ],
)
def test_ingresses_that_cilium_does_not_serve_are_not_judged(change: Change) -> None:
    assert list(judge(stack(change), Observations())) == []


def test_a_backend_whose_ports_number_nobody_knows_is_not_looked_for() -> None:
    named = stack(lambda d: d["ingresses"][0]["rules"][0]["paths"][0].update(port="http"))
    assert list(routes(entrances(named)[0])) == [("*", "/", "default:productpage:9080")]


@pytest.mark.parametrize(
    ("match", "path"),
    [
        ({"path_separated_prefix": "/details"}, "/details"),
        ({"path": "/exact"}, "/exact"),
        ({"prefix": "/"}, "/"),
        ({"safe_regex": {"regex": "/v[0-9]+"}}, "/v[0-9]+"),
        ({}, "/"),
    ],
)
def test_a_path_is_read_whatever_cilium_made_of_it(match: dict[str, Any], path: str) -> None:
    whole = {"configs": [listener("kube-system/cilium-ingress", {"*": [route(match, "default:a:80")]})]}
    assert known_routes(whole) == {("*", path, "default:a:80")}


def test_every_domain_of_a_host_has_its_routes_and_redirects_lead_nowhere() -> None:
    # TLS of the shared listener: the insecure one sends to the secure one, and has no cluster.
    redirect = {"match": {"prefix": "/"}, "redirect": {"https_redirect": True}}
    whole = {"configs": [listener("a/b", {"shop.example": [redirect, route({"prefix": "/"}, "shop:web:80")]}), {}]}
    assert known_routes(whole) == {
        (domain, "/", backend) for domain in ("shop.example", "shop.example:*") for backend in ("shop:web:80",)
    }


@pytest.mark.parametrize(("value", "passes"), [("enabled", True), ("true", True), ("disabled", False), ("", False)])
def test_where_tls_passes_through_envoy_has_no_route(value: str, passes: bool) -> None:
    said = stack(lambda d: d["ingresses"][0].update(annotations={"ingress.cilium.io/tls-passthrough": value}))
    assert (list(routes(entrances(said)[0])) == []) is passes
