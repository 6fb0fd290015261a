"""I16: No listener of the Gateway accepts a route.

Why: A route attaches to a listener only when its kind, its namespace, the listener's name or port, and its
hostnames all match. The API server accepts a route that attaches to no listener, and the route serves nothing.
Seen: `Accepted: False` (NoMatchingParent, NotAllowedByListeners, NoMatchingListenerHostname) in the route's status.
The status is still `Accepted: True` when another listener of the Gateway has the route's hostnames.
Since: 1.16
Source: operator/pkg/gateway-api/routechecks and operator/pkg/model/helpers.go of Cilium

Bad: an HTTPRoute with `hostnames: [shop.example]` for a listener with `hostname: "*.test"`
Good: a hostname that the listener has, or a listener without a hostname
"""

from __future__ import annotations

from collections.abc import Iterator

from config.gateway import Gateway, Listener
from config.routes import ParentRef, Route
from effective.entries import hosts
from effective.made import gateways
from rules.facts import Facts
from rules.finding import Finding, error, warning
from rules.words import nearest


def check(facts: Facts) -> Iterator[Finding]:
    """Skips undeclared Gateways, which may exist with unknown listeners."""
    declared = {(item.namespace, item.name): item for item in facts.stack.gateways}
    served = {id(item) for _, item in gateways(facts.stack)}
    for path, kind, route in facts.stack.routes():
        for i, parent in enumerate(route.parents):
            where, space = f"{path}.parents[{i}]", parent.namespace or route.namespace
            gateway = declared.get((space, parent.name))
            if gateway is None:
                near = [name for other, name in declared if other == space]
                yield warning(
                    f"{where}.name",
                    f"a Gateway of namespace {space}",
                    parent.name,
                    nearest(parent.name, near, "declare it, or take the parent out"),
                )
            elif id(gateway) in served:
                yield from _joins(where, kind, route, parent, gateway)


def _joins(where: str, kind: str, route: Route, parent: ParentRef, gateway: Gateway) -> Iterator[Finding]:
    asked = [
        one for one in gateway.listeners if parent.section_name in (None, one.name) and parent.port in (None, one.port)
    ]
    if not asked:
        have = ", ".join(f"{one.name} ({one.port})" for one in gateway.listeners)
        key, got = ("sectionName", parent.section_name) if parent.section_name else ("port", parent.port)
        yield error(
            f"{where}.{key}",
            f"a listener of Gateway {gateway.name} ({have})",
            got,
            f"name one of them, or remove {key} for all of them",
        )
        return
    taking = [one for one in asked if one.takes(kind, route.namespace, gateway.namespace, None)]
    if not taking:
        yield error(
            where,
            f"a listener of Gateway {gateway.name} that accepts a {kind} of namespace {route.namespace}",
            "; ".join(_takes(one) for one in asked),
            "change the listener's protocol or allowedRoutes",
        )
        return
    others = [one.hostname for one in gateway.listeners if one.hostname]
    if not any(hosts(route.hostnames, one.hostname, [o for o in others if o != one.hostname]) for one in taking):
        yield error(
            where,
            f"a listener of Gateway {gateway.name} for {', '.join(route.hostnames)}",
            f"listeners for {', '.join(str(one.hostname) for one in taking)}",
            "give the route a hostname of one of these listeners",
        )


def _takes(listener: Listener) -> str:
    allowed = listener.allowed_routes
    kinds = f"{', '.join(allowed.kinds)} " if allowed.kinds else ""
    return f"{listener.name} ({listener.protocol}) accepts {kinds}routes of namespaces {allowed.namespaces}"
