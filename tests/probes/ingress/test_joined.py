"""What the operator says of routes and Gateways is what verify says; and what it does not say."""

from __future__ import annotations

from typing import Any

import pytest

from config.stack import StackConfig
from probes.ingress.joined import judge
from probes.ingress.programmed import judge as programmed
from probes.observations import Observations
from probes.verdict import Color, Verdict
from tests.probes.ingress.recorded import healthy, stack

BACKENDS = [{"service": "webpod", "port": 80}]


def gated(**more: Any) -> StackConfig:
    return stack(
        lambda d: d.update(
            gatewayController={},
            gateways=[{"name": "edge", "listeners": [{"name": "web", "port": 80, "hostname": "*.example"}]}],
            httpRoutes=[{"name": "shop", "parents": [{"name": "edge"}], "rules": [{"backends": BACKENDS}], **more}],
        )
    )


def route(*conditions: tuple[str, str]) -> dict[str, Any]:
    told = [{"type": kind, "status": status, "message": f"{kind} is {status}"} for kind, status in conditions]
    parent = {"controllerName": "io.cilium/gateway-controller", "parentRef": {"name": "edge"}, "conditions": told}
    return {"metadata": {"namespace": "default", "name": "shop"}, "status": {"parents": [parent]}}


def verdict(found: Any, **more: Any) -> Verdict:
    [one] = judge(gated(**more), Observations(objects={"HTTPRoute": found}))
    return one


def test_a_route_that_is_taken_is_green() -> None:
    one = verdict([route(("Accepted", "True"), ("ResolvedRefs", "True"))])
    assert (one.color, one.subject, one.observed) == (Color.GREEN, "HTTPRoute default/shop", "accepted by edge")


@pytest.mark.parametrize(
    ("found", "more", "cause"),
    [
        ([], {}, "not deployed"),
        ([{**route(), "status": {}}], {}, "has not looked at it"),
        ([route(("Accepted", "False"))], {}, "Gateway edge: not Accepted, Accepted is False"),
        ([route(("Accepted", "True"), ("ResolvedRefs", "False"))], {}, "not ResolvedRefs"),
        # The operator is content, for the hosts of a listener that the route does not name.
        ([route(("Accepted", "True"))], {"hostnames": ["shop.test"]}, "it serves nothing"),
    ],
)
def test_a_route_that_serves_nothing_is_red(found: Any, more: Any, cause: str) -> None:
    one = verdict(found, **more)
    assert one.color is Color.RED and cause in one.cause


def test_what_was_not_asked_is_not_known() -> None:
    [one] = judge(gated(), Observations(errors={"HTTPRoute": "403"}))
    assert one.color is Color.GREY and one.cause == "403"


def address(status: Any, service: bool = True) -> Verdict:
    answers = healthy()
    answers.objects["gateways"] = [
        {"kind": "Gateway", "metadata": {"namespace": "default", "name": "edge"}, "status": status}
    ]
    if service:
        answers.objects["services"].append(
            {
                "metadata": {"namespace": "default", "name": "cilium-gateway-edge"},
                "spec": {},
                "status": {"loadBalancer": {"ingress": [{"ip": "192.168.10.214"}]}},
            }
        )
    return next(one for one in programmed(gated(), answers) if one.subject == "Gateway default/edge")


def test_a_gateway_has_the_address_of_its_service_and_listeners_that_nobody_objects_to() -> None:
    well = {"addresses": [{"type": "IPAddress", "value": "192.168.10.214"}]}
    assert address(well).color is Color.GREEN
    assert "not written the address into the Gateway" in address({}).cause
    listener = {"name": "web", "conditions": [{"type": "ResolvedRefs", "status": "False", "message": "no Secret"}]}
    refused = address({**well, "listeners": [listener]})
    assert refused.color is Color.RED and refused.cause == "listener web is not ResolvedRefs: no Secret"
    assert "has made no Service" in address({}, service=False).cause
