"""I21: Envoy cannot parse a regular expression.

Why: Envoy refuses all routes of a message when one route is invalid. From then on Envoy receives no change of any
Ingress of the shared listener, or of any route of the Gateway. A restarted Envoy has none of these routes. A
network policy with an invalid expression is refused as a whole: by the agent for its paths and methods, by Envoy
for its hosts.
Seen: `NACK received` in the agent's log, with Envoy's reason. The change does not take effect.
Since: 1.16
Source: Cilium operator/pkg/model/translation, pkg/policy/api/http.go; Envoy RouteMatch (RE2)

Bad: `{ path: "/api(", pathType: ImplementationSpecific }`, `{ path: "/(?!private).*", pathType: RegularExpression }`
Good: `{ path: "/api(/.*)?", pathType: ImplementationSpecific }`
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.policy import HttpRule, PolicyRule
from config.routes import (
    GrpcRoute,
    GrpcRouteMatch,
    GrpcRouteRule,
    HttpRoute,
    HttpRouteMatch,
    HttpRouteRule,
    Route,
    ValueMatch,
)
from effective.expressions import fault
from rules.facts import Facts
from rules.finding import Finding, error

# YAML path and text of an expression.
Said = tuple[str, str]


def check(facts: Facts) -> Iterator[Finding]:
    """Checks Ingresses that Cilium serves, routes, and HTTP rules of policies."""
    for where, text in (*_of_ingresses(facts), *_of_routes(facts), *_of_policies(facts)):
        reason = fault(text)
        if reason:
            yield error(
                where,
                "a regular expression of RE2",
                f"{text} ({reason})",
                "correct it; RE2 has no look-around and no back references",
            )


def _of_ingresses(facts: Facts) -> Iterator[Said]:
    for i, ingress in enumerate(facts.stack.ingresses):
        for j, rule in enumerate(ingress.rules if ingress.class_name == "cilium" else ()):
            yield from (
                (f"ingresses[{i}].rules[{j}].paths[{k}].path", path.path)
                for k, path in enumerate(rule.paths)
                if path.path_type == "ImplementationSpecific"
            )


def _of_routes(facts: Facts) -> Iterator[Said]:
    for where, _, route in facts.stack.routes():
        yield from ((f"{where}.{place}", text) for place, text in _of_route(route))


def _of_route(route: Route) -> Iterator[Said]:
    rules: Sequence[HttpRouteRule | GrpcRouteRule] = ()
    if isinstance(route, HttpRoute | GrpcRoute):
        rules = route.rules
    for i, rule in enumerate(rules):
        matches: Sequence[HttpRouteMatch | GrpcRouteMatch] = rule.matches
        for j, match in enumerate(matches):
            yield from ((f"rules[{i}].matches[{j}].{place}", text) for place, text in _of_match(match))


def _of_match(match: HttpRouteMatch | GrpcRouteMatch) -> Iterator[Said]:
    yield from _of_values("headers", match.headers)
    if isinstance(match, HttpRouteMatch):
        yield from _of_values("queryParams", match.query_params)
        if match.path_type == "RegularExpression":
            yield "path", match.path
    elif match.match_type == "RegularExpression":
        yield from ((key, text) for key, text in (("service", match.service), ("method", match.method)) if text)


def _of_values(key: str, values: tuple[ValueMatch, ...]) -> Iterator[Said]:
    yield from (
        (f"{key}[{i}].value", one.value) for i, one in enumerate(values) if one.match_type == "RegularExpression"
    )


def _of_policies(facts: Facts) -> Iterator[Said]:
    for where, policy in facts.stack.guards():
        for direction, admitted in (("ingress", policy.ingress), ("egress", policy.egress)):
            for i, rule in enumerate(admitted or ()):
                yield from ((f"{where}.{direction}[{i}].{place}", text) for place, text in _of_rule(rule))


def _of_rule(rule: PolicyRule) -> Iterator[Said]:
    for j, request in enumerate(rule.http):
        yield from ((f"http[{j}].{key}", text) for key, text in _of_request(request))


def _of_request(request: HttpRule) -> Iterator[Said]:
    yield from ((key, text) for key in ("method", "path", "host") if (text := getattr(request, key)))
