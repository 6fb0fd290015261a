"""Objects of the Gateway API -> documents of the stack's models. The reverse of effective/objects/gateways.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.shapes import kept

Document = Mapping[str, Any]


def gateway(document: Document) -> dict[str, Any]:
    """Gateway."""
    spec = document.get("spec") or {}
    addresses = [address["value"] for address in spec.get("addresses") or [] if address.get("value")]
    below = spec.get("infrastructure") or {}
    return {
        **_named(document),
        "gatewayClassName": spec.get("gatewayClassName") or "none",
        "addresses": addresses,
        "listeners": [_listener(each) for each in spec.get("listeners") or []],
        "infrastructure": {key: below.get(key) or {} for key in ("labels", "annotations")},
    }


def _listener(listener: Document) -> dict[str, Any]:
    allowed = listener.get("allowedRoutes") or {}
    kinds = [kind.get("kind") for kind in allowed.get("kinds") or []]
    result = {key: listener[key] for key in ("name", "port", "protocol", "hostname") if listener.get(key)}
    tls = listener.get("tls")
    if tls:
        certificate: Document = next(iter(tls.get("certificateRefs") or []), {})
        result["tls"] = kept(
            mode=tls.get("mode"), secretName=certificate.get("name"), secretNamespace=certificate.get("namespace")
        )
    spaces = allowed.get("namespaces") or {}
    return {
        **result,
        "allowedRoutes": kept(namespaces=spaces.get("from"), kinds=kinds, namespaceSelector=spaces.get("selector")),
    }


def http_route(document: Document) -> dict[str, Any]:
    """HTTPRoute. Filters of single backends, and fractions of mirrors, are left out."""
    return {**_route(document), "rules": [_http_rule(rule) for rule in _rules(document)]}


def grpc_route(document: Document) -> dict[str, Any]:
    """GRPCRoute. Mirrors are left out."""
    rules = [
        {
            "matches": [_grpc_match(match) for match in rule.get("matches") or []],
            "backends": _backends(rule),
            **_header_changes(rule),
        }
        for rule in _rules(document)
    ]
    return {**_route(document), "rules": rules}


def tls_route(document: Document) -> dict[str, Any]:
    """TLSRoute. Cilium uses the backends of all rules."""
    return {**_route(document), "backends": [backend for rule in _rules(document) for backend in _backends(rule)]}


def _http_rule(rule: Document) -> dict[str, Any]:
    result: dict[str, Any] = {"backends": _backends(rule), **_header_changes(rule)}
    result["matches"] = [_http_match(match) for match in rule.get("matches") or []]
    for given in _filters(rule, "RequestRedirect"):
        result["redirect"] = {
            **kept(path=_path(given.get("path"))),
            **{key: given[key] for key in ("scheme", "hostname", "port", "statusCode") if given.get(key)},
        }
    for given in _filters(rule, "URLRewrite"):
        result["rewrite"] = kept(hostname=given.get("hostname"), path=_path(given.get("path")))
    mirrored = [given["backendRef"] for given in _filters(rule, "RequestMirror") if given.get("backendRef")]
    result["mirrors"] = _backends({"backendRefs": mirrored})
    return {**result, **kept(timeout=(rule.get("timeouts") or {}).get("request"))}


def _filters(rule: Document, kind: str) -> list[Document]:
    """The settings of a rule's filters of one type, which are under the type's name in camel case."""
    key = "urlRewrite" if kind == "URLRewrite" else kind[0].lower() + kind[1:]
    return [item.get(key) or {} for item in rule.get("filters") or [] if item.get("type") == kind]


def _header_changes(rule: Document) -> dict[str, Any]:
    kinds = {"requestHeaders": "RequestHeaderModifier", "responseHeaders": "ResponseHeaderModifier"}
    return {
        name: {
            **{key: {each.get("name"): each.get("value") for each in given.get(key) or []} for key in ("set", "add")},
            "remove": given.get("remove") or [],
        }
        for name, kind in kinds.items()
        for given in _filters(rule, kind)
    }


def _path(path: Any) -> dict[str, Any] | None:
    return {key: path[key] for key in ("replaceFullPath", "replacePrefixMatch") if key in path} if path else None


def _http_match(match: Document) -> dict[str, Any]:
    path = match.get("path") or {}
    return kept(
        path=path.get("value"),
        pathType=path.get("type"),
        method=match.get("method"),
        headers=_values(match.get("headers")),
        queryParams=_values(match.get("queryParams")),
    )


def _grpc_match(match: Document) -> dict[str, Any]:
    method = match.get("method") or {}
    return kept(
        service=method.get("service"),
        method=method.get("method"),
        matchType=method.get("type"),
        headers=_values(match.get("headers")),
    )


def _values(found: Any) -> list[dict[str, Any]]:
    return [kept(name=each.get("name"), value=each.get("value"), matchType=each.get("type")) for each in found or []]


def _backends(rule: Document) -> list[dict[str, Any]]:
    return [
        kept(service=ref.get("name"), port=ref.get("port"), namespace=ref.get("namespace"), weight=ref.get("weight"))
        for ref in rule.get("backendRefs") or []
        if ref.get("kind", "Service") == "Service"
    ]


def _route(document: Document) -> dict[str, Any]:
    spec = document.get("spec") or {}
    parents = [
        kept(
            name=ref.get("name"),
            namespace=ref.get("namespace"),
            sectionName=ref.get("sectionName"),
            port=ref.get("port"),
        )
        for ref in spec.get("parentRefs") or []
        if ref.get("kind", "Gateway") == "Gateway"
    ]
    return {**_named(document), "parents": parents, "hostnames": spec.get("hostnames") or []}


def _rules(document: Document) -> list[Document]:
    # The API's default for a route without rules.
    return (document.get("spec") or {}).get("rules") or [{}]


def _named(document: Document) -> dict[str, Any]:
    meta = document.get("metadata") or {}
    return kept(
        name=meta.get("name"),
        namespace=meta.get("namespace"),
        labels=meta.get("labels"),
        annotations=meta.get("annotations"),
    )
