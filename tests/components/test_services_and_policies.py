"""Services and network policies as the API gets them, and read back as the stack has them."""

from __future__ import annotations

from typing import Any

import pytest

from components.workloads.workloads import service_manifest
from config.errors import ConfigError
from config.load import parse
from config.objects import typed
from config.policy import NetworkPolicy
from config.workload import Service
from effective.objects.policies import network_policy
from tests.rules.test_fixtures import BASE, merged

SERVICE: dict[str, Any] = {
    "name": "web",
    "namespace": "shop",
    "selector": {"app": "web"},
    "loadBalancerIP": "172.16.1.9",
    "externalIPs": ["198.51.100.7"],
    "ipFamilies": ["IPv4", "IPv6"],
    "ipFamilyPolicy": "PreferDualStack",
    "internalTrafficPolicy": "Local",
    "externalTrafficPolicy": "Local",
    "ports": [{"name": "http", "port": 80, "targetPort": "web"}, {"name": "dns", "port": 53, "protocol": "UDP"}],
}
POLICY: dict[str, Any] = {
    "name": "web",
    "namespace": "shop",
    "endpointSelector": {"matchLabels": {"app": "web"}},
    "enableDefaultDeny": {"egress": False},
    "ingress": [
        {
            "entities": ["ingress"],
            "ports": [80, {"port": "metrics"}, {"port": 9000, "endPort": 9100, "protocol": "UDP"}],
            "http": [{"method": "GET", "path": "/.*"}],
        }
    ],
    "egress": [
        {
            "fqdns": [{"matchName": "example.com"}, {"matchPattern": "*.example.org"}],
            "ports": [{"port": 443, "protocol": "ANY"}],
        }
    ],
    "ingressDeny": [{"cidrs": [{"cidr": "192.0.2.0/24", "except": ["192.0.2.1/32"]}]}],
    "egressDeny": [{"endpoints": [{"matchLabels": {"app": "db"}}]}],
}


def test_a_service_has_everything_that_was_said() -> None:
    assert service_manifest(Service.model_validate(SERVICE))["spec"] == {
        "type": "LoadBalancer",
        "selector": {"app": "web"},
        "externalTrafficPolicy": "Local",
        "ports": [
            {"name": "http", "port": 80, "targetPort": "web", "protocol": "TCP"},
            {"name": "dns", "port": 53, "targetPort": 53, "protocol": "UDP"},
        ],
        "loadBalancerIP": "172.16.1.9",
        "externalIPs": ["198.51.100.7"],
        "ipFamilies": ["IPv4", "IPv6"],
        "ipFamilyPolicy": "PreferDualStack",
        "internalTrafficPolicy": "Local",
    }


def test_what_was_not_said_of_a_service_is_left_to_the_api() -> None:
    spec = service_manifest(Service.model_validate({"name": "web", "selector": {"app": "web"}}))["spec"]
    assert set(spec) == {"type", "selector", "ports", "externalTrafficPolicy"}


def test_a_policy_has_everything_that_was_said() -> None:
    made = network_policy(NetworkPolicy.model_validate(POLICY))
    assert (made["kind"], made["metadata"]) == ("CiliumNetworkPolicy", {"name": "web", "namespace": "shop"})
    assert made["spec"] == {
        "endpointSelector": {"matchLabels": {"app": "web"}},
        "enableDefaultDeny": {"egress": False},
        "ingress": [
            {
                "fromEntities": ["ingress"],
                "toPorts": [
                    {
                        "ports": [
                            {"port": "80", "protocol": "TCP"},
                            {"port": "metrics", "protocol": "TCP"},
                            {"port": "9000", "endPort": 9100, "protocol": "UDP"},
                        ],
                        "rules": {"http": [{"method": "GET", "path": "/.*"}]},
                    }
                ],
            }
        ],
        "egress": [
            {
                "toFQDNs": [{"matchName": "example.com"}, {"matchPattern": "*.example.org"}],
                "toPorts": [{"ports": [{"port": "443", "protocol": "ANY"}]}],
            }
        ],
        "ingressDeny": [{"fromCIDRSet": [{"cidr": "192.0.2.0/24", "except": ["192.0.2.1/32"]}]}],
        "egressDeny": [{"toEndpoints": [{"matchLabels": {"app": "db"}}]}],
    }


def test_a_policy_of_nodes_is_clusterwide() -> None:
    made = network_policy(NetworkPolicy.model_validate({"name": "n", "nodeSelector": {}, "ingress": []}))
    assert made["kind"] == "CiliumClusterwideNetworkPolicy"
    assert made["spec"] == {"nodeSelector": {}, "ingress": [{}]}


@pytest.mark.parametrize(
    ("kind", "made", "model", "document"),
    [
        ("Service", service_manifest(Service.model_validate(SERVICE)), Service, SERVICE),
        ("CiliumNetworkPolicy", network_policy(NetworkPolicy.model_validate(POLICY)), NetworkPolicy, POLICY),
    ],
)
def test_an_object_is_read_back_as_it_was_said(kind: str, made: Any, model: Any, document: Any) -> None:
    found = typed(kind, made)
    assert found is not None
    again = service_manifest(found[1]) if kind == "Service" else network_policy(found[1])
    assert again["spec"] == made["spec"]


@pytest.mark.parametrize(
    ("policy", "path", "words"),
    [
        ({"name": "n", "nodeSelector": {}, "endpointSelector": {}}, "networkPolicies[0]", "endpointSelector or node"),
        ({"name": "n", "nodeSelector": {}, "namespace": "shop"}, "networkPolicies[0]", "is clusterwide"),
        (
            {"name": "n", "ingress": [{"ports": [{"port": "http", "endPort": 90}]}]},
            "networkPolicies[0].ingress[0].ports[0]",
            "a port that is a number",
        ),
        (
            {"name": "n", "egress": [{"fqdns": [{}]}]},
            "networkPolicies[0].egress[0].fqdns[0]",
            "matchName or matchPattern",
        ),
        ({"name": "n", "ingress": [{"ports": ["http"]}]}, "networkPolicies[0].ingress[0].ports[0]", "number"),
    ],
)
def test_what_the_api_would_refuse_is_told_with_its_place(policy: Any, path: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(merged(BASE, {"networkPolicies": [policy]}), "dev")
    assert [(problem.path, words in problem.expected) for problem in raised.value.problems] == [(path, True)]
