"""The entrances of a stack from outside: Ingresses, and Gateways with their routes.

Source: operator/pkg/model/ingestion (ingress.go, gateway.go) and operator/pkg/model/helpers.go of Cilium 1.18.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.gateway import Gateway, Listener
from config.ingress import HOST_PORT, Ingress, IngressBackend, IngressController, IngressPath
from config.routes import GrpcRoute, GrpcRouteMatch, HttpRoute, HttpRouteMatch, Route, RouteBackend, ValueMatch
from config.stack import StackConfig
from config.workload import Service
from effective.helm import reader
from effective.host_network import HostNetwork, host_network
from effective.made import gateways, of_gateways, of_ingress


@dataclass(frozen=True)
class Target:
    """A backend Service, and its port by number or by name."""

    namespace: str
    service: str
    port: int | str

    def __str__(self) -> str:
        return f"{self.namespace}:{self.service}:{self.port}"


@dataclass(frozen=True)
class Entry:
    """One route through a listener: the matching requests, and their backend Services.

    `kind` is Prefix, Exact or Expression. `host` None: every host. `port` is the listener's. `tls`: the client uses
    TLS. `passes`: the backend terminates TLS. `status`: Envoy itself answers with this status. `http2`: gRPC. `needed`
    are headers, and `query` are query parameters, that the request must have.
    """

    host: str | None
    path: str
    kind: str
    targets: tuple[Target, ...]
    port: int
    tls: bool = False
    passes: bool = False
    status: int | None = None
    http2: bool = False
    method: str | None = None
    needed: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    # No request can be derived from an expression.
    by_expression: bool = False


@dataclass(frozen=True)
class Entrance:
    """An Ingress or a Gateway with its routes. `service` has the address. None: the addresses in `nodes`."""

    kind: str
    namespace: str
    name: str
    service: Service | None
    entries: tuple[Entry, ...]
    nodes: tuple[str, ...] = ()

    def __str__(self) -> str:
        # An Ingress and a Gateway can have the same name.
        return f"{'Gateway ' if self.kind == 'Gateway' else ''}{self.namespace}/{self.name}"


def entrances(stack: StackConfig) -> list[Entrance]:
    """All entrances that Cilium serves."""
    helm = reader(stack)
    made = {one.path: one.service for one in of_gateways(stack, helm)}
    controller = stack.ingress_controller
    network, beside = host_network(helm, "ingressController"), host_network(helm, "gatewayAPI")
    return [
        *(
            Entrance(
                "Ingress",
                item.namespace,
                item.name,
                of_ingress(stack, item),
                tuple(_of_ingress(item, _own_port(item, controller, network))),
                network.nodes(stack) if network else (),
            )
            for item in stack.ingresses
            if controller is not None and item.class_name == "cilium"
        ),
        *(
            Entrance(
                "Gateway",
                item.namespace,
                item.name,
                made.get(path),
                tuple(_of_gateway(stack, item)),
                beside.nodes(stack) if beside else (),
            )
            for path, item in gateways(stack)
        ),
    ]


def _own_port(item: Ingress, controller: IngressController, network: HostNetwork | None) -> int | None:
    """The port in the nodes' host network. None: the Ingress has a Service."""
    if network is None:
        return None
    said = item.annotation(HOST_PORT) or ""
    if item.mode(controller) == "dedicated" and said.isascii() and said.isdigit():
        return int(said)
    return network.shared_port


def _of_ingress(item: Ingress, port: int | None) -> Iterator[Entry]:
    certified = {host for tls in item.tls for host in tls.hosts}
    for rule in item.rules:
        for path in rule.paths:
            tls = item.passes_tls or rule.host in certified
            kind = "Expression" if path.path_type == "ImplementationSpecific" else path.path_type
            # Cilium removes the trailing slash of a prefix.
            text = path.path.rstrip("/") or "/" if kind == "Prefix" else path.path
            yield Entry(
                rule.host, text, kind, (_of_backend(item, path),), port or (443 if tls else 80), tls, item.passes_tls
            )
    default = by_default(item)
    if default is not None and not item.passes_tls:
        yield Entry(None, "/", "Prefix", (_of_backend(item, default),), port or 80)


def by_default(item: Ingress) -> IngressBackend | None:
    """The default backend. None: a rule matches all requests."""
    taken = any(rule.host is None and path.path == "/" for rule in item.rules for path in rule.paths)
    return None if taken else item.default_backend


def _of_backend(item: Ingress, path: IngressBackend | IngressPath) -> Target:
    return Target(item.namespace, path.service, path.port)


def _of_gateway(stack: StackConfig, gateway: Gateway) -> Iterator[Entry]:
    for listener in gateway.listeners:
        for route in stack.http_routes:
            for host in joined(gateway, listener, "HTTPRoute", route):
                yield from _of_http(listener, host, route)
        for calls in stack.grpc_routes:
            for host in joined(gateway, listener, "GRPCRoute", calls):
                yield from _of_grpc(listener, host, calls)
        for passed in stack.tls_routes:
            for host in joined(gateway, listener, "TLSRoute", passed):
                targets = _targets(passed, passed.backends)
                yield Entry(host, "/", "Prefix", targets, listener.port, tls=True, passes=True)


def joined(gateway: Gateway, listener: Listener, kind: str, route: Route) -> list[str | None]:
    """The hosts for which a listener accepts a route; empty: it does not accept the route. None: every host."""
    asks = any(
        parent.name == gateway.name
        and (parent.namespace or route.namespace) == gateway.namespace
        and parent.section_name in (None, listener.name)
        and parent.port in (None, listener.port)
        for parent in route.parents
    )
    if not asks or not listener.takes(kind, route.namespace, gateway.namespace, None):
        return []
    others = [one.hostname for one in gateway.listeners if one.hostname and one.hostname != listener.hostname]
    return hosts(route.hostnames, listener.hostname, others)


def hosts(wanted: tuple[str, ...], listener: str | None, others: list[str]) -> list[str | None]:
    """The intersection of the route's and the listener's hosts, without hosts that another listener names."""
    if not wanted:
        return [listener]
    result: list[str | None] = []
    for host in wanted:
        if listener is None or covers(listener, host):
            if listener == host or not any(
                other == host or covers(other, host) for other in others if listener is None or covers(listener, other)
            ):
                result.append(host)
        elif covers(host, listener):
            result.append(listener)
    return result


def covers(pattern: str, host: str) -> bool:
    """Whether a host of the Gateway API (with or without `*.` in front) covers another host."""
    return pattern == host or (
        pattern.startswith("*.") and host.removeprefix("*.").endswith(pattern[1:]) and host != pattern[2:]
    )


def _of_http(listener: Listener, host: str | None, route: HttpRoute) -> Iterator[Entry]:
    for rule in route.rules:
        targets = _targets(route, rule.backends)
        # Without a backend, Envoy itself answers with 500.
        status = rule.redirect.status_code if rule.redirect else (None if targets else 500)
        for match in rule.matches or (HttpRouteMatch(),):
            kind = {"PathPrefix": "Prefix", "Exact": "Exact"}.get(match.path_type, "Expression")
            text = match.path.rstrip("/") or "/" if kind == "Prefix" else match.path
            yield Entry(
                host,
                text,
                kind,
                targets,
                listener.port,
                listener.tls is not None,
                status=status,
                method=match.method,
                needed=_exact(match.headers),
                query=_exact(match.query_params),
                by_expression=_expressed((*match.headers, *match.query_params)),
            )


def _of_grpc(listener: Listener, host: str | None, route: GrpcRoute) -> Iterator[Entry]:
    for rule in route.rules:
        for match in rule.matches or (GrpcRouteMatch(),):
            path, kind = _called(match)
            yield Entry(
                host,
                path,
                kind,
                _targets(route, rule.backends),
                listener.port,
                listener.tls is not None,
                http2=True,
                needed=_exact(match.headers),
                by_expression=_expressed(match.headers),
            )


def _called(match: GrpcRouteMatch) -> tuple[str, str]:
    if match.service is None and match.method is None:
        return "/", "Prefix"
    if match.match_type == "RegularExpression" or match.service is None:
        return f"/{match.service or '.+'}/{match.method or '.+'}", "Expression"
    return (f"/{match.service}/{match.method}", "Exact") if match.method else (f"/{match.service}", "Prefix")


def _targets(route: Route, backends: tuple[RouteBackend, ...]) -> tuple[Target, ...]:
    return tuple(Target(one.namespace or route.namespace, one.service, one.port) for one in backends if one.weight)


def _exact(matches: tuple[ValueMatch, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((one.name, one.value) for one in matches)


def _expressed(matches: tuple[ValueMatch, ...]) -> bool:
    return any(one.match_type == "RegularExpression" for one in matches)
