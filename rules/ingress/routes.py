"""The Services behind a route of the Gateway API, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator

from config.routes import GrpcRoute, HttpRoute, Route, RouteBackend, TlsRoute


def backends(route: Route) -> Iterator[tuple[str, RouteBackend]]:
    """The Services that a route sends to, each with its place inside the route."""
    if isinstance(route, TlsRoute):
        yield from ((f"backends[{i}]", one) for i, one in enumerate(route.backends))
    if isinstance(route, HttpRoute):
        for i, rule in enumerate(route.rules):
            yield from ((f"rules[{i}].backends[{j}]", one) for j, one in enumerate(rule.backends))
            yield from ((f"rules[{i}].mirrors[{j}]", one) for j, one in enumerate(rule.mirrors))
    if isinstance(route, GrpcRoute):
        for i, calls in enumerate(route.rules):
            yield from ((f"rules[{i}].backends[{j}]", one) for j, one in enumerate(calls.backends))
