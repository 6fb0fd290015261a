"""Whether Gateway API routes are attached to their Gateways, by the status that the operator writes."""

from __future__ import annotations

from collections.abc import Iterator

from config.routes import Route
from config.stack import StackConfig
from config.whole import whole
from effective.entries import joined
from effective.made import gateways
from probes.observations import Json, Observations
from probes.verdict import Verdict, judged, unknown

_CONTROLLER = "io.cilium/gateway-controller"
_GOOD = ("Accepted", "ResolvedRefs")


def declared(stack: StackConfig) -> dict[str, tuple[Route, ...]]:
    """Kind -> its routes with a Gateway of Cilium as a parent. Kinds without such routes are left out."""
    read = whole(stack).stack
    ours = {(item.namespace, item.name) for _, item in gateways(read)}
    result: dict[str, tuple[Route, ...]] = {}
    for _, kind, route in read.routes():
        if any((parent.namespace or route.namespace, parent.name) in ours for parent in route.parents):
            result[kind] = (*result.get(kind, ()), route)
    return result


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """One verdict for each route. Pure."""
    listeners = [(gateway, listener) for _, gateway in gateways(whole(stack).stack) for listener in gateway.listeners]
    for kind, routes in declared(stack).items():
        for route in routes:
            subject, wanted = f"{kind} {route.namespace}/{route.name}", "its Gateways accept it"
            if kind not in observations.objects:
                yield unknown("route", subject, wanted, "API", observations.errors.get(kind, "not asked"))
                continue
            found = next(
                (
                    one
                    for one in observations.objects[kind]
                    if (one["metadata"]["namespace"], one["metadata"]["name"]) == (route.namespace, route.name)
                ),
                None,
            )
            observed, cause = _said(found)
            if not cause and not any(joined(*one, kind, route) for one in listeners):
                cause = (
                    "no listener that it names is for its kind, namespace and hosts: the operator accepts it,"
                    " but it serves nothing"
                )
            yield judged("route", subject, not cause, wanted, observed, "API", cause)


def _said(found: Json | None) -> tuple[str, str]:
    if found is None:
        return "no such route", "not deployed"
    parents = [
        one for one in (found.get("status") or {}).get("parents") or [] if one.get("controllerName") == _CONTROLLER
    ]
    if not parents:
        return "no status", "the operator has not looked at it: does it run, with the Gateway API on?"
    wrong = [
        (parent["parentRef"].get("name"), one)
        for parent in parents
        for one in parent.get("conditions") or []
        if one.get("type") in _GOOD and one.get("status") != "True"
    ]
    reasons = "; ".join(
        f"Gateway {name}: not {one['type']}, {one.get('message') or one.get('reason')}" for name, one in wrong
    )
    return (
        "refused" if wrong else f"accepted by {', '.join(str(one['parentRef'].get('name')) for one in parents)}"
    ), reasons
