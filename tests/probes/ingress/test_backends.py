"""Who is behind a route: the ready pods of its Service, and what policies see of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from effective.admission import pod
from effective.entries import Target
from probes.ingress.backends import Backend, find
from probes.observations import Observations
from tests.probes.ingress.recorded import endpoints, healthy

WHOLE = Backend("webpod", ("webpod-1", "webpod-2"), pod({"app": "webpod"}, "default", 80))


def found(change: Callable[[Observations], object] = lambda s: None, namespace: str = "default") -> Backend | str:
    answers = healthy()
    change(answers)
    return find(answers, Target(namespace, "webpod", 80))


def slice_of(answers: Observations, service: str = "webpod") -> Any:
    return next(item for item in answers.objects["slices"] if item["metadata"]["name"] == f"{service}-x")


def test_the_ready_pods_are_behind_it_with_their_labels_and_port() -> None:
    assert found() == WHOLE


def test_several_slices_are_one_backend() -> None:
    # The API cuts what is large, and a pod can be in both for a moment.
    assert found(lambda s: s.objects["slices"].append(endpoints("webpod", 80, "webpod-0", "webpod-1"))) == Backend(
        "webpod", ("webpod-0", "webpod-1", "webpod-2"), WHOLE.party
    )


@pytest.mark.parametrize(
    ("change", "pods"),
    [
        (lambda s: slice_of(s)["endpoints"][0].update(conditions={"ready": False}), ("webpod-2",)),
        (lambda s: slice_of(s)["endpoints"][0].pop("conditions"), ("webpod-2",)),
        (lambda s: slice_of(s).update(endpoints=None), ()),
        (lambda s: slice_of(s)["metadata"].update(labels=None), ()),
        (lambda s: slice_of(s)["metadata"].update(namespace="shop"), ()),
    ],
)
def test_only_ready_pods_of_the_service_count(change: Callable[[Observations], object], pods: tuple[str, ...]) -> None:
    assert found(change) == Backend("webpod", pods, WHOLE.party if pods else None)


def test_a_service_of_another_namespace_is_another() -> None:
    assert found(namespace="shop") == Backend("webpod", (), None, missing=True)
    # Where the API did not tell of Services, none is said to be missing.
    assert found(lambda s: s.objects.pop("services"), namespace="shop") == Backend("webpod", (), None)


def test_the_port_is_that_of_the_pods_and_not_of_the_service() -> None:
    backend = found(lambda s: slice_of(s).update(ports=[{"name": "main", "port": 8080}]))
    assert isinstance(backend, Backend) and backend.party == pod({"app": "webpod"}, "default", 8080)
    backend = found(lambda s: slice_of(s).update(ports=None))
    assert isinstance(backend, Backend) and backend.party == pod({"app": "webpod"}, "default", None)


def test_an_endpoint_that_is_no_pod_goes_by_its_address_and_has_no_labels() -> None:
    def by_hand(answers: Observations) -> None:
        slice_of(answers)["endpoints"] = [{"addresses": ["192.168.10.9"], "conditions": {"ready": True}}]

    assert found(by_hand) == Backend("webpod", ("192.168.10.9",), pod({}, "default", 80))


def test_a_pod_of_the_same_name_in_another_namespace_lends_no_labels() -> None:
    def elsewhere(answers: Observations) -> None:
        for item in answers.objects["pods"]:
            item["metadata"]["namespace"] = "shop"

    assert found(elsewhere) == Backend("webpod", WHOLE.pods, pod({}, "default", 80))


@pytest.mark.parametrize("key", ["slices", "pods"])
def test_what_the_api_did_not_answer_is_told(key: str) -> None:
    assert found(lambda s: s.objects.pop(key)) == "not asked"
    assert found(lambda s: (s.objects.pop(key), s.errors.update({key: "HTTP 500"}))) == "HTTP 500"
