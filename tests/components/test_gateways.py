"""Gateways and routes as the API gets them, and read back as the stack has them."""

from __future__ import annotations

from typing import Any

import pytest

from config.gateway import Gateway
from config.objects import typed
from config.routes import GrpcRoute, HttpRoute, TlsRoute
from effective.objects import gateways as gateway_objects

GATEWAY: dict[str, Any] = {
    "name": "edge",
    "namespace": "shop",
    "addresses": ["192.0.2.7", "edge.example"],
    "labels": {"a": "b"},
    "infrastructure": {"labels": {"team": "web"}, "annotations": {"lbipam.cilium.io/ips": "192.0.2.7"}},
    "listeners": [
        {"name": "web", "port": 80, "allowedRoutes": {"namespaces": "All", "kinds": ["HTTPRoute"]}},
        {
            "name": "tls",
            "port": 443,
            "protocol": "HTTPS",
            "hostname": "*.example",
            "tls": {"secretName": "web", "secretNamespace": "certificates"},
            "allowedRoutes": {"namespaces": "Selector", "namespaceSelector": {"matchLabels": {"team": "web"}}},
        },
        {"name": "through", "port": 8443, "protocol": "TLS", "tls": {"mode": "Passthrough"}},
    ],
}
HTTP: dict[str, Any] = {
    "name": "shop",
    "namespace": "shop",
    "parents": [{"name": "edge", "sectionName": "web", "port": 80}],
    "hostnames": ["shop.example"],
    "rules": [
        {
            "matches": [
                {
                    "path": "/a",
                    "pathType": "Exact",
                    "method": "GET",
                    "headers": [{"name": "x-a", "value": "1"}],
                    "queryParams": [{"name": "q", "value": ".*", "matchType": "RegularExpression"}],
                }
            ],
            "backends": [{"service": "a", "port": 80, "weight": 3}, {"service": "b", "port": 81, "namespace": "other"}],
            "rewrite": {"hostname": "inside.example", "path": {"replacePrefixMatch": "/"}},
            "requestHeaders": {"set": {"x-b": "2"}, "add": {"x-c": "3"}, "remove": ["x-d"]},
            "responseHeaders": {"remove": ["server"]},
            "mirrors": [{"service": "copy", "port": 80}],
            "timeout": "10s",
        },
        {"redirect": {"scheme": "https", "port": 443, "statusCode": 301, "path": {"replaceFullPath": "/new"}}},
    ],
}


def test_a_gateway_has_everything_that_was_said() -> None:
    made = gateway_objects.gateway(Gateway.model_validate(GATEWAY))
    assert made["spec"] == {
        "gatewayClassName": "cilium",
        "addresses": [{"type": "IPAddress", "value": "192.0.2.7"}, {"type": "Hostname", "value": "edge.example"}],
        "infrastructure": {"labels": {"team": "web"}, "annotations": {"lbipam.cilium.io/ips": "192.0.2.7"}},
        "listeners": [
            {
                "name": "web",
                "port": 80,
                "protocol": "HTTP",
                "allowedRoutes": {"namespaces": {"from": "All"}, "kinds": [{"kind": "HTTPRoute"}]},
            },
            {
                "name": "tls",
                "port": 443,
                "protocol": "HTTPS",
                "hostname": "*.example",
                "tls": {"mode": "Terminate", "certificateRefs": [{"name": "web", "namespace": "certificates"}]},
                "allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}},
            },
            {
                "name": "through",
                "port": 8443,
                "protocol": "TLS",
                "tls": {"mode": "Passthrough"},
                "allowedRoutes": {"namespaces": {"from": "Same"}},
            },
        ],
    }
    assert made["metadata"] == {"name": "edge", "namespace": "shop", "labels": {"a": "b"}}


def test_an_http_route_has_its_filters_as_the_api_lists_them() -> None:
    [first, second] = gateway_objects.http_route(HttpRoute.model_validate(HTTP))["spec"]["rules"]
    assert first["matches"] == [
        {
            "path": {"type": "Exact", "value": "/a"},
            "method": "GET",
            "headers": [{"type": "Exact", "name": "x-a", "value": "1"}],
            "queryParams": [{"type": "RegularExpression", "name": "q", "value": ".*"}],
        }
    ]
    assert first["backendRefs"] == [
        {"name": "a", "port": 80, "weight": 3},
        {"name": "b", "port": 81, "namespace": "other", "weight": 1},
    ]
    assert [one["type"] for one in first["filters"]] == [
        "URLRewrite",
        "RequestHeaderModifier",
        "ResponseHeaderModifier",
        "RequestMirror",
    ]
    assert first["filters"][0]["urlRewrite"] == {
        "hostname": "inside.example",
        "path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"},
    }
    assert first["filters"][1]["requestHeaderModifier"] == {
        "set": [{"name": "x-b", "value": "2"}],
        "add": [{"name": "x-c", "value": "3"}],
        "remove": ["x-d"],
    }
    assert first["filters"][3]["requestMirror"] == {"backendRef": {"name": "copy", "port": 80}}
    assert first["timeouts"] == {"request": "10s"}
    assert second == {
        "filters": [
            {
                "type": "RequestRedirect",
                "requestRedirect": {
                    "scheme": "https",
                    "port": 443,
                    "path": {"type": "ReplaceFullPath", "replaceFullPath": "/new"},
                    "statusCode": 301,
                },
            }
        ]
    }


@pytest.mark.parametrize(
    ("kind", "model", "write", "document"),
    [
        ("Gateway", Gateway, gateway_objects.gateway, {**GATEWAY, "labels": {}}),
        (
            "GRPCRoute",
            GrpcRoute,
            gateway_objects.grpc_route,
            {
                "name": "calls",
                "parents": [{"name": "edge"}],
                "rules": [
                    {
                        "matches": [{"service": "a.B", "method": "C", "headers": [{"name": "x", "value": "y"}]}],
                        "backends": [{"service": "a", "port": 1}],
                    }
                ],
            },
        ),
        (
            "TLSRoute",
            TlsRoute,
            gateway_objects.tls_route,
            {
                "name": "through",
                "parents": [{"name": "edge"}],
                "hostnames": ["*.example"],
                "backends": [{"service": "a", "port": 443}],
            },
        ),
    ],
)
def test_what_was_written_is_read_back(kind: str, model: Any, write: Any, document: dict[str, Any]) -> None:
    item = model.model_validate(document)
    assert typed(kind, write(item)) == (
        {"Gateway": "gateways", "GRPCRoute": "grpcRoutes", "TLSRoute": "tlsRoutes"}[kind],
        item,
    )


def test_an_http_route_is_read_back_with_filters_and_timeouts() -> None:
    item = HttpRoute.model_validate(HTTP)
    assert typed("HTTPRoute", gateway_objects.http_route(item)) == ("httpRoutes", item)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"listeners": []}, "at least 1 item"),
        ({"listeners": [{"name": "a", "port": 80}, {"name": "a", "port": 81}]}, "a different name for each listener"),
        ({"listeners": [{"name": "a", "port": 443, "protocol": "HTTPS"}]}, "tls with protocol HTTPS"),
        ({"listeners": [{"name": "a", "port": 80, "tls": {"secretName": "a"}}]}, "tls with protocol HTTPS"),
        ({"listeners": [{"name": "a", "port": 443, "protocol": "TLS", "tls": {}}]}, "secretName with mode Terminate"),
    ],
)
def test_what_no_gateway_can_be_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Gateway.model_validate({**GATEWAY, **change})
