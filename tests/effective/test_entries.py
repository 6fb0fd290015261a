"""Which requests a Gateway's listeners take, and who answers them."""

from __future__ import annotations

from typing import Any

import pytest

from config.load import parse
from effective.entries import covers, entrances, hosts
from probes.ingress.asked import requests
from tests.rules.test_fixtures import BASE, merged

LISTENERS = [
    {"name": "web", "port": 80},
    {"name": "tls", "port": 443, "protocol": "HTTPS", "hostname": "*.example", "tls": {"secretName": "web"}},
]
BACKENDS = [{"service": "web", "port": 80}]


def served(*routes: dict[str, Any], listeners: Any = LISTENERS, kind: str = "httpRoutes") -> Any:
    named = [{"name": f"r{i}", "parents": [{"name": "edge"}], **route} for i, route in enumerate(routes)]
    gateway = {"name": "edge", "listeners": listeners}
    [item] = entrances(parse(merged(BASE, {"gatewayController": {}, kind: named, "gateways": [gateway]}), "test"))
    return item


@pytest.mark.parametrize(
    ("pattern", "host", "covered"),
    [
        ("*.example", "a.example", True),
        ("*.example", "a.b.example", True),
        ("*.example", "example", False),
        ("*.example", "*.b.example", True),
        ("a.example", "*.example", False),
        ("a.example", "a.example", True),
        ("*.example", "badexample", False),
    ],
)
def test_a_wildcard_has_what_is_below_it(pattern: str, host: str, covered: bool) -> None:
    assert covers(pattern, host) is covered


@pytest.mark.parametrize(
    ("wanted", "listener", "others", "common"),
    [
        ((), None, [], [None]),
        ((), "a.example", [], ["a.example"]),
        (("b.test",), None, [], ["b.test"]),
        (("b.test",), "a.example", [], []),
        (("a.example", "b.test"), "*.example", [], ["a.example"]),
        (("*.example",), "a.example", [], ["a.example"]),
        # The host belongs to the listener that names it, and not to the one for all.
        (("a.example",), None, ["a.example"], []),
        (("a.example",), "*.example", ["a.example"], []),
        (("a.example",), "a.example", ["*.example"], ["a.example"]),
    ],
)
def test_hosts_of_route_and_listener_meet(wanted: Any, listener: Any, others: Any, common: Any) -> None:
    assert hosts(wanted, listener, others) == common


def test_a_route_joins_every_listener_that_takes_it() -> None:
    item = served({"hostnames": ["a.example", "b.test"], "rules": [{"backends": BACKENDS}]})
    assert [(one.host, one.port, one.tls) for one in item.entries] == [("b.test", 80, False), ("a.example", 443, True)]
    assert item.service.name == "cilium-gateway-edge"
    for kept in ({"sectionName": "tls"}, {"port": 443}):
        item = served({"parents": [{"name": "edge", **kept}], "rules": [{"backends": BACKENDS}]})
        assert [one.host for one in item.entries] == ["*.example"]


def test_routes_of_another_namespace_need_to_be_allowed() -> None:
    route = {
        "namespace": "shop",
        "parents": [{"name": "edge", "namespace": "default"}],
        "rules": [{"backends": BACKENDS}],
    }
    assert served(route).entries == ()
    open_to_all = [{**LISTENERS[0], "allowedRoutes": {"namespaces": "All"}}]
    [entry] = served(route, listeners=open_to_all).entries
    assert str(entry.targets[0]) == "shop:web:80"


def test_what_envoy_answers_by_itself_has_its_status() -> None:
    item = served(
        {
            "rules": [
                {"redirect": {"statusCode": 301}},
                {"matches": [{"path": "/none"}]},
                {"matches": [{"path": "/off"}], "backends": [{**BACKENDS[0], "weight": 0}]},
            ]
        }
    )
    assert [(one.path, one.status) for one in item.entries if one.port == 80] == [
        ("/", 301),
        ("/none", 500),
        ("/off", 500),
    ]


def test_calls_are_paths_of_http2() -> None:
    matches = [{"service": "a.B", "method": "C"}, {"service": "a.B"}, {"method": "C"}, {}]
    item = served({"rules": [{"matches": matches, "backends": BACKENDS}]}, kind="grpcRoutes")
    assert [(one.path, one.kind) for one in item.entries if one.port == 80] == [
        ("/a.B/C", "Exact"),
        ("/a.B", "Prefix"),
        ("/.+/C", "Expression"),
        ("/", "Prefix"),
    ]
    assert all(one.http2 for one in item.entries)
    asked = requests(item, "192.0.2.1")[0].curl(None)
    assert "--http2-prior-knowledge" in asked and "http://192.0.2.1/a.B/C" in asked


def test_each_route_is_asked_what_goes_by_it_alone() -> None:
    rules = [
        {"matches": [{"path": "/a", "pathType": "Exact"}], "backends": [{"service": "exact", "port": 1}]},
        {"matches": [{"path": "/a"}], "backends": [{"service": "below", "port": 1}]},
        {"matches": [{"path": "/b", "method": "PUT"}], "backends": [{"service": "put", "port": 1}]},
        {
            "matches": [
                {"path": "/b", "headers": [{"name": "x", "value": "1"}], "queryParams": [{"name": "q", "value": "2"}]}
            ],
            "backends": [{"service": "header", "port": 1}],
        },
        {"matches": [{"path": "/c.*", "pathType": "RegularExpression"}], "backends": BACKENDS},
        {"backends": BACKENDS},
    ]
    item = served({"rules": rules}, listeners=LISTENERS[:1])
    asked = {one.targets[0].service: one for one in requests(item, "192.0.2.1")}
    assert {name: one.path for name, one in asked.items()} == {
        "exact": "/a",
        "below": "/a/edge-verify",
        "put": "/b",
        "header": "/b",
        "web": "/",
    }
    assert "-X PUT" in asked["put"].curl(None)
    assert "-H 'x: 1'" in asked["header"].curl(None) and "'http://192.0.2.1/b?q=2'" in asked["header"].curl(None)


def test_two_routes_of_one_rank_are_both_asked_for_all_that_may_answer() -> None:
    item = served(
        {"rules": [{"backends": BACKENDS}]},
        {"rules": [{"backends": [{"service": "other", "port": 1}]}]},
        listeners=LISTENERS[:1],
    )
    assert [[target.service for target in one.targets] for one in requests(item, "192.0.2.1")] == [["web", "other"]] * 2


def test_on_the_nodes_own_network_a_gateway_has_no_service() -> None:
    [item] = entrances(
        parse(
            merged(
                BASE, {"gatewayController": {"hostNetwork": {}}, "gateways": [{"name": "edge", "listeners": LISTENERS}]}
            ),
            "test",
        )
    )
    assert item.service is None


LABELS = {"matchLabels": {"kubernetes.io/hostname": "cilium-w2"}}


@pytest.mark.parametrize(
    "patch",
    [
        {
            "ingressController": {"hostNetwork": {"port": 8081, "nodeSelector": LABELS}},
            "gatewayController": {"hostNetwork": {"nodeSelector": LABELS}},
        },
        {
            "cilium": {
                "values": {
                    "ingressController": {
                        "hostNetwork": {"enabled": True, "sharedListenerPort": 8081, "nodes": LABELS}
                    },
                    "gatewayAPI": {"hostNetwork": {"enabled": True, "nodes": LABELS}},
                }
            },
            "ingressController": {},
            "gatewayController": {},
        },
    ],
)
def test_fields_and_helm_values_say_the_same_of_the_host_network(patch: dict[str, Any]) -> None:
    backend = {"paths": [{"service": "web", "port": 80}]}
    more = {
        "ingresses": [{"name": "i", "rules": [backend]}],
        "gateways": [{"name": "edge", "listeners": LISTENERS}],
    }
    ingress, gateway = entrances(parse(merged(merged(BASE, more), patch), "test"))
    assert [entry.port for entry in ingress.entries] == [8081]
    assert ingress.service is gateway.service is None
    assert ingress.nodes == gateway.nodes == ("192.168.10.102",)
