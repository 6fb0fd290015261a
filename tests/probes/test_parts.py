"""What everything else needs and nothing else tells of: daemons, forwarding, the operator, objects as declared."""

from __future__ import annotations

from typing import Any

import pytest

from probes.observations import Observations
from probes.verdict import Color
from tests.probes.test_declared import Edit, nothing, red, told


def pod(labels: dict[str, str], ready: bool = True, **metadata: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "x", "namespace": "kube-system", "labels": labels, **metadata},
        "spec": {"nodeName": "cilium-w1"},
        "status": {"conditions": [{"type": "Ready", "status": str(ready)}]},
    }


AGENT = pod({"k8s-app": "cilium"})
OPERATOR = {"io.cilium/app": "operator"}


def test_a_daemon_that_does_not_run() -> None:
    found = told(change=lambda observations: observations.stopped.update({"cilium-r": ["zebra"]}))
    assert red(found, "router-daemon", "cilium-r").startswith("a daemon of FRR does not run (zebra)")
    well = told(change=lambda observations: observations.stopped.update({"cilium-r": []}))
    assert "router-daemon" not in {verdict.check for verdict in well}


def reflector(document: Any) -> None:
    document["routers"][0]["bgp"]["peerGroups"][0]["routeReflectorClient"] = True


@pytest.mark.parametrize(
    ("edit", "forwards", "told_of"),
    [
        (nothing, False, True),
        (nothing, True, False),
        (reflector, False, False),
    ],
)
def test_a_router_that_forwards_nothing(edit: Edit, forwards: bool, told_of: bool) -> None:
    found = told(edit, lambda observations: observations.forwarding.update({"cilium-r": forwards}))
    assert bool([v for v in found if v.check == "forwarding"]) == told_of


@pytest.mark.parametrize(
    ("pods", "observed"),
    [
        ([AGENT], "there is none"),
        ([AGENT, pod(OPERATOR, ready=False)], "none of 1 is ready"),
        ([AGENT, pod(OPERATOR, deletionTimestamp="now")], "none of 1 is ready"),
        ([AGENT, pod(OPERATOR), pod(OPERATOR, ready=False)], None),
        ([], None),
        ([pod(OPERATOR, ready=False)], None),
    ],
)
def test_an_operator_that_is_not_there(pods: list[Any], observed: str | None) -> None:
    found = [
        v for v in told(change=lambda observations: observations.objects.update(pods=pods)) if v.check == "operator"
    ]
    assert [v.observed for v in found] == ([observed] if observed else [])
    assert all("Services get no addresses" in v.cause for v in found)


def live(observations: Observations) -> Any:
    return observations.objects["services"][0]


def as_declared(observations: Observations) -> None:
    live(observations)["spec"] = {
        "type": "LoadBalancer",
        "externalTrafficPolicy": "Cluster",
        "selector": {"app": "webpod"},
    }


def changed(**fields: Any) -> Edit:
    def change(observations: Any) -> None:
        as_declared(observations)
        live(observations)["spec"].update(fields)
        live(observations)["metadata"]["managedFields"] = [
            {"manager": "cilium-edge", "time": "then", "fieldsV1": {"f:spec": {"f:type": {}}}},
            {
                "manager": "kubectl-patch",
                "time": "2026-11-20T10:00:00Z",
                "fieldsV1": {"f:spec": {f"f:{key}": {} for key in fields}},
            },
        ]

    return change


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        (
            {"externalTrafficPolicy": "Local"},
            "externalTrafficPolicy of Service default/webpod was changed by kubectl-patch at 2026-11-20T10:00:00Z",
        ),
        ({"selector": {"app": "other"}}, "selector of Service default/webpod was changed by kubectl-patch"),
        (
            {"ports": [{"name": "a", "port": 80, "targetPort": 8080, "protocol": "TCP"}]},
            "ports of Service default/webpod was changed by kubectl-patch",
        ),
    ],
)
def test_a_service_that_somebody_changed(fields: dict[str, Any], cause: str) -> None:
    assert cause in red(told(change=changed(**fields)), "service", "webpod")


def test_a_label_that_somebody_changed() -> None:
    def other(observations: Observations) -> None:
        metadata = live(observations)["metadata"]
        metadata["labels"] = {"app": "wbpod", "mine": "too"}
        metadata["managedFields"] = [
            {"manager": name, "time": time, "fieldsV1": {"f:metadata": {"f:labels": {"f:app": {}}}}}
            for name, time in (("cilium-edge", "2026-11-19T10:00:00Z"), ("kubectl-label", "2026-11-20T10:00:00Z"))
        ]

    found = red(told(change=other), "service", "webpod")
    assert "labels of Service default/webpod was changed by kubectl-label at 2026-11-20T10:00:00Z" in found


def test_what_is_as_declared_or_made_by_others_is_not_told() -> None:
    def of_the_chart(observations: Observations) -> None:
        changed(externalTrafficPolicy="Local")(observations)
        live(observations)["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}

    def of_the_operator(observations: Observations) -> None:
        changed(externalTrafficPolicy="Local")(observations)
        live(observations)["metadata"]["ownerReferences"] = [{"kind": "Ingress"}]

    for change in (as_declared, of_the_chart, of_the_operator):
        assert not [v for v in told(change=change) if v.check == "service"]


def test_a_better_route_of_another_source() -> None:
    def beaten(observations: Observations) -> None:
        for route in observations.routers["cilium-r"]["rib"]["172.16.1.1/32"]:
            route.pop("selected", None)
        observations.routers["cilium-r"]["fib"] = [
            r for r in observations.routers["cilium-r"]["fib"] if r["dst"] != "172.16.1.1"
        ]

    found = told(change=beaten)
    for check in ("rib", "fib"):
        assert "a route of another source wins" in red(found, check, "172.16.1.1/32")


def test_without_the_api_no_route_is_said_to_be_too_much() -> None:
    def frozen(observations: Observations) -> None:
        for key in ("services", "pods", "slices", "nodes"):
            del observations.objects[key]
            observations.errors[key] = "no answer within 20 s"

    [surplus] = [v for v in told(change=frozen) if v.check == "rib-surplus"]
    assert surplus.color is Color.GREY and "no answer within 20 s" in surplus.cause + surplus.observed
