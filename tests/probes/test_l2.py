"""L2 announcements: who answers for a Service's address, and every way in which nobody can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from config.load import parse
from config.stack import StackConfig
from probes.l2 import asked_from, judge
from probes.observations import Observations
from probes.verdict import Color
from tests.probes.recorded import BACKENDS, dev_object, healthy

Change = Callable[[dict[str, Any]], Any]


def stack(change: Change = lambda policy: None, service: Change = lambda service: None) -> StackConfig:
    found = dev_object()
    policy = {
        "name": "l2",
        "interfaces": ["^eth1$"],
        "loadBalancerIPs": True,
        "serviceSelector": {"matchLabels": {"app": "webpod"}},
        "nodeSelector": {"matchLabels": {"kubernetes.io/hostname": "cilium-w1"}},
    }
    change(policy)
    service(found["services"][0])
    found["l2Policies"] = [policy]
    return parse(found, "dev")


def observations(
    holder: str = "cilium-w1", rows: tuple[tuple[str, str], ...] = (("172.16.1.1", "eth1"),)
) -> Observations:
    answers = healthy()
    name = "cilium-l2announce-default-webpod"
    answers.objects["leases"] = [{"metadata": {"name": name}, "spec": {"holderIdentity": holder}}]
    answers.announced = {"cilium-w1": [{"IP": ip, "NetworkInterface": link} for ip, link in rows]}
    return answers


def test_the_holder_announces() -> None:
    [verdict] = judge(stack(), observations())
    assert verdict.color is Color.GREEN and verdict.observed == "cilium-w1, on eth1"


@pytest.mark.parametrize(
    ("policy", "service", "answers", "cause"),
    [
        (
            lambda p: p.update(loadBalancerIPs=False),
            lambda s: None,
            observations(""),
            "announces no LoadBalancer addresses",
        ),
        (
            lambda p: p.update(nodeSelector={"matchLabels": {"a": "b"}}),
            lambda s: None,
            observations(""),
            "no node has the labels",
        ),
        (lambda p: None, lambda s: None, observations(""), "no agent has taken the Lease"),
        (lambda p: None, lambda s: None, observations("cilium-w2"), "no agent has taken the Lease"),
        (
            lambda p: p.update(interfaces=["^enp"]),
            lambda s: None,
            observations(rows=()),
            "no device of cilium-w1 matches",
        ),
        (
            lambda p: None,
            lambda s: None,
            observations(rows=(("172.16.1.9", "eth1"),)),
            "no device of cilium-w1 matches",
        ),
    ],
)
def test_nobody_answers_and_why(policy: Change, service: Change, answers: Observations, cause: str) -> None:
    [verdict] = judge(stack(policy, service), answers)
    assert verdict.color is Color.RED and cause in verdict.cause


@pytest.mark.parametrize(
    ("links", "cause"),
    [
        ({"02:00:00:00:00:01": "eth1"}, "the agent of cilium-w1 holds the Lease and announces nothing"),
        ({"02:00:00:00:00:01": "eth10"}, "no device of cilium-w1 matches"),
        ({}, "no device of cilium-w1 matches"),
    ],
)
def test_an_agent_that_has_the_link_and_announces_nothing_is_to_be_restarted(links: dict[str, str], cause: str) -> None:
    answers = observations(rows=())
    answers.hardware = {"cilium-w1": links}
    [verdict] = judge(stack(), answers)
    assert verdict.color is Color.RED and cause in verdict.cause


def test_a_holder_without_a_backend_drops_what_it_draws() -> None:
    local = stack(service=lambda s: s.update(externalTrafficPolicy="Local"))
    [good] = judge(local, observations())
    assert good.color is Color.GREEN and "cilium-w1" in BACKENDS
    answers = observations()
    answers.objects["slices"][0]["endpoints"] = [
        e for e in answers.objects["slices"][0]["endpoints"] if e["nodeName"] != "cilium-w1"
    ]
    [red] = judge(local, answers)
    assert red.color is Color.RED and "no ready backend" in red.cause


def test_what_nobody_told_is_grey() -> None:
    answers = observations()
    answers.announced = {}
    assert [v.color for v in judge(stack(), answers)] == [Color.GREY]
    del answers.objects["leases"]
    assert [v.color for v in judge(stack(), answers)] == [Color.GREY]


@pytest.mark.parametrize(
    "service",
    [
        lambda s: s.update(loadBalancerClass="io.cilium/bgp-control-plane"),
        lambda s: s.update(labels={"app": "other"}),
    ],
)
def test_what_no_policy_announces_is_not_asked(service: Change) -> None:
    assert list(judge(stack(service=service), observations())) == []


def test_a_router_asks_on_its_own_link_alone() -> None:
    whole = stack()
    [service] = whole.services
    assert asked_from(whole, service, "cilium-r", "192.168.10.240")
    assert not asked_from(whole, service, "cilium-r", "172.16.1.1")


@pytest.mark.parametrize(
    ("renewed", "late"),
    [
        ("2026-11-20T10:00:20.0Z", False),
        ("2026-11-20T10:00:14.9Z", True),
        ("2026-11-20T10:00:15.0Z", False),
        (None, False),
        ("yesterday", False),
    ],
)
@pytest.mark.parametrize("rows", [(("172.16.1.1", "eth1"),), ()])
def test_a_lease_that_ran_out_is_red_whatever_is_announced_at_the_moment(
    renewed: str | None, late: bool, rows: tuple[tuple[str, str], ...]
) -> None:
    answers = observations(rows=rows)
    answers.hardware = {"cilium-w1": {"02:00:00:00:00:01": "eth1"}}
    answers.objects["leases"][0]["spec"].update(leaseDurationSeconds=15, renewTime=renewed)
    # The cluster's clock: somebody has renewed another Lease.
    answers.objects["leases"].append({"metadata": {"name": "cilium-w2"}, "spec": {"renewTime": "2026-11-20T10:00:30Z"}})
    [verdict] = judge(stack(), answers)
    assert ("renew their Leases too late" in verdict.cause) == late
    assert (verdict.color is Color.GREEN) == (not late and bool(rows))
