"""Gateways of every kind of route on the lab: proven, and red with the right cause where they are not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.harness import Edge
from tests.e2e.ingress.helpers import ask, by_hand, fresh, told

BOOKS = "Gateway default/edge /details from client 192.168.10.200"
_SERVE_TLS = (
    "cd /tmp && openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 -subj /CN=a"
    " && exec openssl s_server -accept 8443 -www -key k.pem -cert c.pem"
)


def to(service: str, port: int, **more: Any) -> list[dict[str, Any]]:
    return [{"service": service, "port": port, **more}]


def with_gateways(stack: Any) -> None:
    stack["gatewayController"] = {}
    stack["pools"][0]["blocks"] = [{"start": "192.168.10.211", "stop": "192.168.10.219"}]
    certificate = {"secretName": "shop-tls", "certificateConfig": "shopCertificate", "keyConfig": "shopKey"}
    stack["gateways"] = [
        {
            "name": "edge",
            "addresses": ["192.168.10.217"],
            "listeners": [
                {"name": "web", "port": 80},
                {"name": "grpc", "port": 50051},
                {"name": "secure", "port": 443, "protocol": "HTTPS", "hostname": "shop.example", "tls": certificate},
            ],
        },
        {
            "name": "through",
            "listeners": [
                {
                    "name": "through",
                    "port": 443,
                    "protocol": "TLS",
                    "hostname": "*.through",
                    "tls": {"mode": "Passthrough"},
                }
            ],
        },
    ]
    stack["httpRoutes"] = [
        {
            "name": "books",
            "parents": [{"name": "edge", "sectionName": "web"}],
            "rules": [
                {"matches": [{"path": "/details"}], "backends": to("details", 9080)},
                {"backends": to("productpage", 9080)},
                {"matches": [{"path": "/old"}], "redirect": {"scheme": "https", "hostname": "shop.example"}},
                {
                    "matches": [{"path": "/who", "headers": [{"name": "x-who", "value": "pod"}]}],
                    "backends": to("webpod", 80),
                    "rewrite": {"path": {"replacePrefixMatch": "/"}},
                    "responseHeaders": {"set": {"x-edge": "yes"}},
                },
            ],
        },
        {
            "name": "shop",
            "parents": [{"name": "edge", "sectionName": "secure"}],
            "rules": [{"backends": [*to("webpod", 80, weight=3), *to("details", 9080)]}],
        },
    ]
    call = {"service": "grpc.health.v1.Health", "method": "Check"}
    stack["grpcRoutes"] = [
        {
            "name": "calls",
            "parents": [{"name": "edge", "sectionName": "grpc"}],
            "rules": [{"matches": [call], "backends": to("calls", 5000)}],
        }
    ]
    stack["tlsRoutes"] = [
        {
            "name": "through",
            "parents": [{"name": "through"}],
            "hostnames": ["a.through"],
            "backends": to("through", 443),
        }
    ]
    stack["workloads"] += [
        {
            "name": "calls",
            "image": "registry.k8s.io/e2e-test-images/agnhost:2.53",
            "args": ["grpc-health-checking"],
            "labels": {"app": "calls"},
            "port": 5000,
            "node": "cilium-ctr",
        },
        {
            "name": "through",
            "image": "nicolaka/netshoot",
            "command": ["sh", "-c", _SERVE_TLS],
            "labels": {"app": "through"},
            "port": 8443,
            "node": "cilium-ctr",
        },
    ]
    stack["services"] += [
        {"name": name, "type": "ClusterIP", "selector": {"app": name}, "port": port, "targetPort": target}
        for name, port, target in (("calls", 5000, 5000), ("through", 443, 8443))
    ]


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with fresh(tmp_path_factory.mktemp("gateways") / "project", with_gateways) as edge:
        yield edge


def test_every_route_of_every_listener_is_proven(gateways: Edge) -> None:
    found = gateways.verify()
    assert found["green"]
    asked = {v["subject"].partition(" from ")[0] for v in found["verdicts"] if v["check"] == "ingress-http"}
    assert {
        "Gateway default/edge /details",
        "Gateway default/edge /old",
        "Gateway default/edge /who x-who: pod",
        "Gateway default/edge shop.example/",
        "Gateway default/edge :50051/grpc.health.v1.Health/Check",
        "Gateway default/through a.through/",
    } <= asked
    assert {v["subject"] for v in found["verdicts"] if v["check"] == "route"} == {
        "HTTPRoute default/books",
        "HTTPRoute default/shop",
        "GRPCRoute default/calls",
        "TLSRoute default/through",
    }
    # What is changed of a request and its answer is seen from outside.
    status, shown = ask(gateways, "client", "-i", "-H", "x-who: pod", "http://192.168.10.217/who")
    assert status == 200 and "x-edge: yes" in shown and "GET / HTTP" in shown
    # A redirect needs no pod: everybody gets it.
    assert ask(gateways, "stranger", "http://192.168.10.217/old")[0] == 302
    assert ask(gateways, "stranger", "http://192.168.10.217/details")[0] == 403
    assert "no changes" in gateways.run("up").stderr


@pytest.mark.thorough
def test_what_the_operator_refuses_is_told(gateways: Edge) -> None:
    nowhere = [{"op": "replace", "path": "/spec/rules/0/backendRefs/0/name", "value": "detials"}]
    gateways.kubectl("patch", "httproute", "books", "--type=json", "-p", json.dumps(nowhere))
    told(gateways, "HTTPRoute default/books", "not ResolvedRefs")
    gateways.run("up", "--refresh")
    gateways.kubectl(
        "patch",
        "gateway",
        "edge",
        "--type=json",
        "-p",
        json.dumps([{"op": "replace", "path": "/spec/listeners/2/tls/certificateRefs/0/name", "value": "none"}]),
    )
    told(gateways, "Gateway default/edge", "listener secure is not ")
    gateways.run("up", "--refresh")


def test_a_route_without_a_listener_is_refused_and_where_it_is_let_through_verify_says_so(gateways: Edge) -> None:
    def elsewhere(stack: Any) -> None:
        with_gateways(stack)
        stack["httpRoutes"].append(
            {
                "name": "lost",
                "parents": [{"name": "edge", "sectionName": "secure"}],
                "hostnames": ["lost.test"],
                "rules": [{"backends": to("webpod", 80)}],
            }
        )

    gateways.change(elsewhere)
    assert "I16 httpRoutes[2].parents[0]" in gateways.run("plan", ok=False).stderr

    def waived(stack: Any) -> None:
        elsewhere(stack)
        stack["waivers"] = [{"rule": "I16", "path": "httpRoutes[2].parents[0]", "reason": "to see what it does"}]

    gateways.change(waived)
    gateways.run("up")
    told(gateways, "HTTPRoute default/lost", "no listener that it names is for its kind, namespace and hosts")
    gateways.change(with_gateways)
    gateways.run("up")


def test_the_first_hop_is_the_same_for_gateways(gateways: Edge) -> None:
    closed = {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumClusterwideNetworkPolicy",
        "metadata": {"name": "closed"},
        "spec": {
            "endpointSelector": {"matchLabels": {"app": "details"}},
            "ingressDeny": [{"fromEntities": ["ingress"]}],
        },
    }
    with by_hand(gateways, closed):
        told(gateways, BOOKS, "second hop: a rule of closed denies Ingress")
