"""Objects of the API, made of a stack's models and read as models again: nothing that the models have gets lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from config.gateway import Gateway
from config.ingress import Ingress
from config.objects import typed
from config.routes import GrpcRoute, HttpRoute, TlsRoute
from effective.objects.gateways import gateway, grpc_route, http_route, tls_route
from effective.objects.ingress import ingress

BACKENDS = "backends: [{ service: a, port: 80, weight: 0 }, { service: b, namespace: shop, port: 81 }]"
ROUTE = "name: r, namespace: shop, labels: { a: b }, annotations: { c: d }, hostnames: [a.example],"
PARENTS = "parents: [{ name: web, namespace: edge, sectionName: http, port: 80 }]"
OBJECTS: dict[str, tuple[type[BaseModel], Callable[[Any], Any], str]] = {
    "Ingress": (
        Ingress,
        ingress,
        """
name: i
namespace: shop
ingressClassName: cilium
labels: { lbipam.cilium.io/pool: a }
annotations: { a: b }
defaultBackend: { service: a, port: http }
tls: [{ hosts: [a.example], secretName: s }]
rules: [{ host: a.example, paths: [{ path: /a, pathType: Exact, service: a, port: 80 }] }]
""",
    ),
    "Gateway": (
        Gateway,
        gateway,
        """
name: g
namespace: edge
labels: { a: b }
annotations: { c: d }
gatewayClassName: own
addresses: [192.0.2.1]
infrastructure: { labels: { e: f }, annotations: { g: h } }
listeners:
  - { name: http, port: 80, allowedRoutes: { namespaces: All, kinds: [HTTPRoute] } }
  - { name: https, port: 443, protocol: HTTPS, hostname: a.example, tls: { secretName: s, secretNamespace: t } }
""",
    ),
    "HTTPRoute": (
        HttpRoute,
        http_route,
        f"""
{{ {ROUTE} {PARENTS}, rules: [
  {{ matches: [{{ path: /a, pathType: Exact, method: GET, headers: [{{ name: h, value: v }}],
     queryParams: [{{ name: q, value: v, matchType: RegularExpression }}] }}],
     rewrite: {{ hostname: b.example, path: {{ replacePrefixMatch: /b }} }},
     requestHeaders: {{ set: {{ X-Edge: a }}, add: {{ X-Hop: b }}, remove: [X-Debug] }},
     responseHeaders: {{ set: {{ X-Served: c }} }},
     mirrors: [{{ service: m, namespace: shop, port: 82 }}], timeout: 10s, {BACKENDS} }},
  {{ redirect: {{ scheme: https, hostname: c.example, port: 8443, path: {{ replaceFullPath: /c }}, statusCode: 301 }} }}
] }}
""",
    ),
    "GRPCRoute": (
        GrpcRoute,
        grpc_route,
        f"""
{{ {ROUTE} {PARENTS}, rules: [
  {{ matches: [{{ service: s, method: m, matchType: RegularExpression, headers: [{{ name: h, value: v }}] }}],
     requestHeaders: {{ add: {{ X-Hop: b }} }}, responseHeaders: {{ remove: [X-Debug] }}, {BACKENDS} }}
] }}
""",
    ),
    "TLSRoute": (TlsRoute, tls_route, f"{{ {ROUTE} {PARENTS}, {BACKENDS} }}"),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_an_object_is_read_as_what_it_was_made_of(kind: str) -> None:
    model, make, text = OBJECTS[kind]
    item = model.model_validate(yaml.safe_load(text))
    found = typed(kind, make(item))
    assert found is not None and found[1] == item


@pytest.mark.parametrize("kind", OBJECTS)
def test_every_field_of_a_model_is_in_its_object(kind: str) -> None:
    model, _, text = OBJECTS[kind]
    # The mode of an Ingress is an annotation of the object.
    wanted = set(model.model_fields) - {"load_balancer_mode"}
    assert model.model_validate(yaml.safe_load(text)).model_fields_set >= wanted


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        (
            "HTTPRoute",
            {
                "parentRefs": [{"name": "web"}],
                "rules": [
                    {"filters": [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"value": "a"}]}}]}
                ],
            },
        ),
        ("Gateway", {"listeners": [{"name": "http", "port": 80, "allowedRoutes": {"kinds": [{"group": "a"}]}}]}),
    ],
)
def test_an_object_without_a_name_that_it_needs_is_left_out(kind: str, spec: Any) -> None:
    assert typed(kind, {"kind": kind, "metadata": {"name": "a"}, "spec": spec}) is None
