"""The backend Services of a route of the Gateway API, for every kind of route."""

from __future__ import annotations

from collections.abc import Iterator

from config.routes import GrpcRoute, HttpRoute, Route, RouteBackend, TlsRoute


def backends(route: Route) -> Iterator[tuple[str, RouteBackend]]:
    """The backend Services of a route, with their YAML paths inside the route."""
    if isinstance(route, TlsRoute):
        yield from ((f"backends[{i}]", one) for i, one in enumerate(route.backends))
    if isinstance(route, HttpRoute):
        for i, rule in enumerate(route.rules):
            yield from ((f"rules[{i}].backends[{j}]", one) for j, one in enumerate(rule.backends))
            yield from ((f"rules[{i}].mirrors[{j}]", one) for j, one in enumerate(rule.mirrors))
    if isinstance(route, GrpcRoute):
        for i, calls in enumerate(route.rules):
            yield from ((f"rules[{i}].backends[{j}]", one) for j, one in enumerate(calls.backends))
