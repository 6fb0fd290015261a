"""The objects of the Gateway API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from config.gateway import Gateway, Listener
from config.routes import (
    GrpcRoute,
    GrpcRouteMatch,
    GrpcRouteRule,
    HeaderChanges,
    HttpRoute,
    HttpRouteMatch,
    HttpRouteRule,
    NewPath,
    Route,
    RouteBackend,
    TlsRoute,
    ValueMatch,
)
from effective.objects.form import Manifest

GROUP = "gateway.networking.k8s.io"
# Kind -> the API version that every Cilium release from 1.16 supports.
VERSIONS = {
    "Gateway": f"{GROUP}/v1",
    "HTTPRoute": f"{GROUP}/v1",
    "GRPCRoute": f"{GROUP}/v1",
    "TLSRoute": f"{GROUP}/v1alpha2",
}


def gateway(item: Gateway) -> Manifest:
    """A Gateway."""
    spec: Manifest = {"gatewayClassName": item.gateway_class_name, "listeners": [_listener(x) for x in item.listeners]}
    if item.addresses:
        spec["addresses"] = [{"type": "IPAddress" if _is_ip(x) else "Hostname", "value": x} for x in item.addresses]
    below = item.infrastructure
    if below.labels or below.annotations:
        spec["infrastructure"] = {
            key: dict(value) for key, value in (("labels", below.labels), ("annotations", below.annotations)) if value
        }
    return _object("Gateway", item, spec)


def http_route(item: HttpRoute) -> Manifest:
    """An HTTPRoute."""
    return _route("HTTPRoute", item, [_http_rule(rule) for rule in item.rules])


def grpc_route(item: GrpcRoute) -> Manifest:
    """A GRPCRoute."""
    return _route("GRPCRoute", item, [_grpc_rule(rule) for rule in item.rules])


def tls_route(item: TlsRoute) -> Manifest:
    """A TLSRoute."""
    return _route("TLSRoute", item, [{"backendRefs": [_backend(x) for x in item.backends]}])


def _is_ip(text: str) -> bool:
    return ":" in text or text.replace(".", "").isdigit()


def _listener(item: Listener) -> Manifest:
    result: Manifest = {"name": item.name, "port": item.port, "protocol": item.protocol}
    if item.hostname:
        result["hostname"] = item.hostname
    if item.tls is not None:
        result["tls"] = {"mode": item.tls.mode}
        if item.tls.secret_name:
            space = {"namespace": item.tls.secret_namespace} if item.tls.secret_namespace else {}
            result["tls"]["certificateRefs"] = [{"name": item.tls.secret_name, **space}]
    allowed = item.allowed_routes
    spaces: Manifest = {"from": allowed.namespaces}
    if allowed.namespace_selector is not None:
        spaces["selector"] = allowed.namespace_selector.manifest()
    result["allowedRoutes"] = {"namespaces": spaces}
    if allowed.kinds:
        result["allowedRoutes"]["kinds"] = [{"kind": kind} for kind in allowed.kinds]
    return result


def _http_rule(rule: HttpRouteRule) -> Manifest:
    filters: list[Manifest] = []
    if rule.redirect is not None:
        given = rule.redirect
        words = {
            "scheme": given.scheme,
            "hostname": given.hostname,
            "port": given.port,
            "path": _path(given.path),
            "statusCode": given.status_code,
        }
        filters.append({"type": "RequestRedirect", "requestRedirect": _given(words)})
    if rule.rewrite is not None:
        words = {"hostname": rule.rewrite.hostname, "path": _path(rule.rewrite.path)}
        filters.append({"type": "URLRewrite", "urlRewrite": _given(words)})
    filters += _headers(rule.request_headers, rule.response_headers)
    filters += [{"type": "RequestMirror", "requestMirror": {"backendRef": _mirror(x)}} for x in rule.mirrors]
    timeouts = {"request": rule.timeout} if rule.timeout else None
    return _given(
        {
            "matches": [_http_match(x) for x in rule.matches],
            "filters": filters,
            "backendRefs": [_backend(x) for x in rule.backends],
            "timeouts": timeouts,
        }
    )


def _http_match(match: HttpRouteMatch) -> Manifest:
    return {
        "path": {"type": match.path_type, "value": match.path},
        **_given(
            {"method": match.method, "headers": _values(match.headers), "queryParams": _values(match.query_params)}
        ),
    }


def _grpc_rule(rule: GrpcRouteRule) -> Manifest:
    return _given(
        {
            "matches": [_grpc_match(x) for x in rule.matches],
            "filters": _headers(rule.request_headers, rule.response_headers),
            "backendRefs": [_backend(x) for x in rule.backends],
        }
    )


def _grpc_match(match: GrpcRouteMatch) -> Manifest:
    called = _given({"service": match.service, "method": match.method})
    return _given(
        {"method": {"type": match.match_type, **called} if called else None, "headers": _values(match.headers)}
    )


def _path(path: NewPath | None) -> Manifest | None:
    if path is None:
        return None
    if path.replace_full_path is not None:
        return {"type": "ReplaceFullPath", "replaceFullPath": path.replace_full_path}
    return {"type": "ReplacePrefixMatch", "replacePrefixMatch": path.replace_prefix_match}


def _headers(request: HeaderChanges | None, response: HeaderChanges | None) -> list[Manifest]:
    return [
        {
            "type": f"{kind}HeaderModifier",
            f"{kind.lower()}HeaderModifier": _given(
                {"set": _pairs(changes.set), "add": _pairs(changes.add), "remove": list(changes.remove)}
            ),
        }
        for kind, changes in (("Request", request), ("Response", response))
        if changes is not None
    ]


def _pairs(headers: dict[str, str]) -> list[Manifest]:
    return [{"name": name, "value": text} for name, text in headers.items()]


def _values(matches: Iterable[ValueMatch]) -> list[Manifest]:
    return [{"type": x.match_type, "name": x.name, "value": x.value} for x in matches]


def _mirror(item: RouteBackend) -> Manifest:
    return {"name": item.service, "port": item.port, **({"namespace": item.namespace} if item.namespace else {})}


def _backend(item: RouteBackend) -> Manifest:
    # Kind and group have the API server's defaults, so that they do not appear as drift.
    return {**_mirror(item), "weight": item.weight}


def _route(kind: str, item: Route, rules: list[Manifest]) -> Manifest:
    parents = [
        _given({"name": x.name, "namespace": x.namespace, "sectionName": x.section_name, "port": x.port})
        for x in item.parents
    ]
    return _object(kind, item, {"parentRefs": parents, **_given({"hostnames": list(item.hostnames)}), "rules": rules})


def _object(kind: str, item: Gateway | Route, spec: Manifest) -> Manifest:
    metadata: Manifest = {"name": item.name, "namespace": item.namespace}
    metadata |= _given({"labels": dict(item.labels), "annotations": dict(item.annotations)})
    return {"apiVersion": VERSIONS[kind], "kind": kind, "metadata": metadata, "spec": spec}


def _given(values: dict[str, Any]) -> Manifest:
    return {key: value for key, value in values.items() if value not in (None, [], {})}
