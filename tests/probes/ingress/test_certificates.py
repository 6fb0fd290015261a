"""Certificates of Ingresses: green where every Envoy serves the Secret's, and red for each thing that can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from probes.ingress.certificates import judge
from probes.observations import Observations
from probes.verdict import Color, Verdict
from tests.components.test_certificates import NOW, made
from tests.probes.ingress.recorded import healthy, served, stack

SECRET = ("default", "webpod-tls")
BEGIN, END = NOW - timedelta(days=1), NOW + timedelta(days=89)
KEY = ec.generate_private_key(ec.SECP256R1())


def verdict(change: Callable[[Observations], object] = lambda s: None, now: datetime = NOW) -> Verdict:
    answers = healthy()
    change(answers)
    [found] = judge(stack(), answers, now)
    return found


def test_what_the_lab_answers_is_green() -> None:
    found = verdict()
    assert (found.color, found.check, found.subject) == (Color.GREEN, "certificate", "default/webpod-tls")
    assert found.expected == "every Envoy serves it for webpod.example"
    assert found.observed == "for webpod.example, until 2026-08-29" and found.where == "all nodes"


@pytest.mark.parametrize(
    ("change", "where", "observed", "cause"),
    [
        (lambda s: s.certificates.clear(), "API", "no such Secret", "the Secret does not exist: Envoy resets"),
        (lambda s: s.certificates.update({SECRET: "-----BEGIN"}), "API", "no certificate in it", "is no PEM text"),
        (
            lambda s: s.certificates.update({SECRET: made("shop.example", key=KEY)}),
            "API",
            "for shop.example, until 2026-08-29",
            "it is not for webpod.example",
        ),
        (
            lambda s: s.certificates.update({SECRET: made(key=KEY)}),
            "API",
            "for no host, until 2026-08-29",
            "it is not for webpod.example",
        ),
        (lambda s: s.unpaired.add(SECRET), "API", "a certificate and the key of another one", "the key is another"),
        (
            lambda s: s.served.update({"cilium-w1": served("2af6")}),
            "cilium-w1",
            "for webpod.example, until 2026-08-29",
            "Envoy of cilium-w1 serves another one",
        ),
        (
            lambda s: s.served.update({"cilium-ctr": {}, "cilium-w2": served()}),
            "cilium-ctr, cilium-w2",
            "for webpod.example, until 2026-08-29",
            "Envoy of cilium-ctr, cilium-w2 serves another one",
        ),
    ],
)
def test_what_is_wrong_is_red_and_told(
    change: Callable[[Observations], object], where: str, observed: str, cause: str
) -> None:
    found = verdict(change)
    assert (found.color, found.where, found.observed) == (Color.RED, where, observed) and cause in found.cause


@pytest.mark.parametrize(
    ("now", "color", "cause"),
    [
        (BEGIN, Color.GREEN, ""),
        (BEGIN - timedelta(seconds=1), Color.RED, "its time has not begun"),
        # A week is enough for those who renew by hand.
        (END - timedelta(days=7), Color.GREEN, ""),
        (END - timedelta(days=7) + timedelta(seconds=1), Color.RED, "it ends in 6 days"),
        (END - timedelta(hours=1), Color.RED, "it ends in 0 days"),
        (END, Color.RED, "its time is over"),
        (END + timedelta(days=9), Color.RED, "its time is over"),
    ],
)
def test_it_is_judged_by_the_time_that_it_still_has(now: datetime, color: Color, cause: str) -> None:
    found = verdict(now=now)
    assert (found.color, found.cause) == (color, cause)


@pytest.mark.parametrize(
    ("change", "where", "why"),
    [
        (
            lambda s: (s.certificates.clear(), s.errors.update({"Secret default/webpod-tls": "HTTP 403"})),
            "API",
            "HTTP 403",
        ),
        (lambda s: s.served.pop("cilium-w2"), "cilium-w2", "no agent there"),
        (
            lambda s: (s.served.pop("cilium-w2"), s.errors.update({"envoy of cilium-w2": "no socket"})),
            "cilium-w2",
            "no socket",
        ),
    ],
)
def test_what_nobody_answered_is_grey(change: Callable[[Observations], object], where: str, why: str) -> None:
    found = verdict(change)
    assert (found.color, found.where, found.cause) == (Color.GREY, where, why)


def test_the_clock_is_this_machines_where_none_is_given() -> None:
    answers = healthy()
    answers.certificates[SECRET] = made("webpod.example", key=KEY, begin=datetime(2020, 1, 1, tzinfo=NOW.tzinfo))
    [red] = judge(stack(), answers)
    assert red.cause == "its time is over"


def test_a_secret_of_two_ingresses_is_for_the_hosts_of_both() -> None:
    def both(document: Any) -> None:
        tls = {"hosts": ["a.example"], "secretName": "webpod-tls"}
        document["ingresses"][0]["tls"] = [tls, {"hosts": ["b.example"]}]

    [found] = judge(stack(both), healthy(), NOW)
    # Hosts without a Secret have the certificate of whoever runs the cluster.
    assert found.expected == "every Envoy serves it for a.example, webpod.example"
    assert found.cause == "it is not for a.example"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("ingressController"),
        lambda d: d["ingresses"][1].pop("tls"),
        lambda d: d["ingresses"][1].update(ingressClassName="nginx"),
    ],
)
def test_a_stack_whose_ingresses_have_no_certificates_has_no_verdicts(change: Callable[[Any], object]) -> None:
    assert list(judge(stack(change), Observations(), NOW)) == []
