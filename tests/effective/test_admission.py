"""Whom policies let through an Ingress: table by table, for each hop and each way to name a party."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

import pytest

from config.policy import EndpointSelector, NetworkPolicy
from effective.admission import Answer, Party, into_backend, into_ingress, out_of_ingress, outside, pod, takes

INGRESS = {"matchExpressions": [{"key": "reserved:ingress", "operator": "Exists"}]}
WEBPOD = {"matchLabels": {"app": "webpod"}}
CLIENT, V6 = outside(ip_address("192.168.10.200"), 443), outside(ip_address("fd00::7"), 443)
# A node's own port at the listener is none that policies know.
NODE = outside(ip_address("127.0.0.1"), None)
CURL = pod({"app": "curl"}, "shop", 443)
BACKEND = pod({"app": "webpod"}, "default", 80)


def policy(selector: Any = INGRESS, name: str = "one", **directions: Any) -> NetworkPolicy:
    return NetworkPolicy.model_validate({"name": name, "endpointSelector": selector, **directions})


def admitted(rule: Mapping[str, Any], client: Party) -> bool:
    return into_ingress([policy(ingress=[rule])], client).admitted


@pytest.mark.parametrize(
    ("entity", "parties"),
    [
        ("all", {"client", "v6", "node", "curl"}),
        ("world", {"client", "v6", "node"}),
        ("world-ipv4", {"client", "node"}),
        ("world-ipv6", {"v6"}),
        ("cluster", {"curl"}),
        ("host", set()),
        ("remote-node", set()),
        ("ingress", set()),
    ],
)
def test_entities_are_what_cilium_calls_a_client(entity: str, parties: set[str]) -> None:
    clients = {"client": CLIENT, "v6": V6, "node": NODE, "curl": CURL}
    assert {name for name, client in clients.items() if admitted({"entities": [entity]}, client)} == parties


@pytest.mark.parametrize(
    ("cidrs", "client", "good"),
    [
        ([{"cidr": "192.168.10.200/32"}], CLIENT, True),
        ([{"cidr": "192.168.10.0/24"}], CLIENT, True),
        ([{"cidr": "192.168.10.201/32"}], CLIENT, False),
        ([{"cidr": "10.0.0.0/8"}, {"cidr": "192.168.0.0/16"}], CLIENT, True),
        ([{"cidr": "192.168.0.0/16", "except": ["10.0.0.0/8", "192.168.10.0/24"]}], CLIENT, False),
        ([{"cidr": "192.168.0.0/16", "except": ["192.168.11.0/24"]}], CLIENT, True),
        # What one prefix leaves out another may have.
        ([{"cidr": "192.168.0.0/16", "except": ["192.168.10.0/24"]}, {"cidr": "192.168.10.200/32"}], CLIENT, True),
        ([{"cidr": "fd00::/8"}], V6, True),
        ([{"cidr": "fd00::/8"}], CLIENT, False),
        ([{"cidr": "0.0.0.0/0"}], V6, False),
        ([{"cidr": "127.0.0.1/32"}], NODE, True),
        ([{"cidr": "0.0.0.0/0"}], CURL, False),
        # A pod's address is not one that prefixes mean, even where it is known.
        ([{"cidr": "172.20.0.0/16"}], Party(("cluster",), ip_address("172.20.0.9"), {"app": "curl"}, 443), False),
    ],
)
def test_prefixes_are_of_what_is_outside(cidrs: Any, client: Party, good: bool) -> None:
    assert admitted({"cidrs": cidrs}, client) is good


@pytest.mark.parametrize(
    ("ports", "client", "good"),
    [
        ([443], CLIENT, True),
        ([80, 443], CLIENT, True),
        ([80], CLIENT, False),
        ([80], NODE, False),
        # Of a port that a rule names nobody knows the number: it may be this one.
        ([{"port": "https"}], CLIENT, True),
        ([{"port": "https"}], NODE, True),
        ([], NODE, True),
        ([{"port": 400, "endPort": 500}], CLIENT, True),
        ([{"port": 400, "endPort": 442}], CLIENT, False),
        ([{"port": 443, "protocol": "ANY"}], CLIENT, True),
        ([{"port": 443, "protocol": "UDP"}], CLIENT, False),
        ([{"port": "https", "protocol": "SCTP"}], CLIENT, False),
    ],
)
def test_ports_limit_what_a_rule_admits(ports: list[Any], client: Party, good: bool) -> None:
    assert admitted({"entities": ["world"], "ports": ports}, client) is good
    assert admitted({"ports": ports}, client) is (good and bool(ports))


@pytest.mark.parametrize(
    ("selector", "good"),
    [
        ({"matchLabels": {"app": "curl"}}, True),
        ({"matchLabels": {"app": "webpod"}}, False),
        ({}, True),
        ({"matchLabels": {"k8s:io.kubernetes.pod.namespace": "shop"}}, True),
        ({"matchLabels": {"io.kubernetes.pod.namespace": "default"}}, False),
        ({"matchLabels": {"k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name": "shop"}}, True),
    ],
)
def test_labels_are_of_pods(selector: Any, good: bool) -> None:
    assert admitted({"endpoints": [{"matchLabels": {"app": "no"}}, selector]}, CURL) is good
    assert not admitted({"endpoints": [selector]}, CLIENT)


def test_a_rule_without_parts_admits_nobody() -> None:
    assert not admitted({}, CLIENT) and not admitted({}, CURL)
    assert not admitted({"entities": ["host"]}, CLIENT) and not admitted({"entities": ["host"]}, CURL)


@pytest.mark.parametrize(
    ("policies", "answer"),
    [
        ([], Answer(True, ())),
        # Of another endpoint, or of the other direction: nothing guards the Ingress.
        ([policy(WEBPOD, ingress=[])], Answer(True, ())),
        ([policy(egress=[])], Answer(True, ())),
        ([policy(ingress=[])], Answer(False, ("one",))),
        ([policy({}, ingress=[])], Answer(False, ("one",))),
        ([policy(ingress=[{"entities": ["host"]}, {"entities": ["world"]}])], Answer(True, ("one",))),
        # Policies join: what one of them admits is admitted.
        ([policy(ingress=[]), policy({}, "two", ingress=[{"entities": ["world"]}])], Answer(True, ("one", "two"))),
        ([policy(ingress=[]), policy({}, "two", ingress=[{"entities": ["cluster"]}])], Answer(False, ("one", "two"))),
        ([policy(ingress=[]), policy(WEBPOD, "two", ingress=[{"entities": ["world"]}])], Answer(False, ("one",))),
    ],
)
def test_whatever_selects_the_ingress_speaks_of_its_clients(policies: list[NetworkPolicy], answer: Answer) -> None:
    assert into_ingress(iter(policies), CLIENT) == answer


@pytest.mark.parametrize(
    ("policies", "answer"),
    [
        ([policy(ingress=[])], Answer(True, ())),
        ([policy(egress=[])], Answer(False, ("one",))),
        ([policy(WEBPOD, egress=[])], Answer(True, ())),
        ([policy(egress=[{"entities": ["cluster"]}])], Answer(True, ("one",))),
        ([policy(egress=[{"endpoints": [WEBPOD], "ports": [80]}])], Answer(True, ("one",))),
        ([policy(egress=[{"endpoints": [WEBPOD], "ports": [8080]}])], Answer(False, ("one",))),
        # Prefixes do not mean pods, and a pod is not the world.
        ([policy(egress=[{"cidrs": [{"cidr": "0.0.0.0/0"}]}, {"entities": ["world"]}])], Answer(False, ("one",))),
    ],
)
def test_the_ingress_goes_on_where_its_own_egress_lets_it(policies: list[NetworkPolicy], answer: Answer) -> None:
    assert out_of_ingress(policies, BACKEND) == answer


@pytest.mark.parametrize(
    ("policies", "answer"),
    [
        ([policy(ingress=[])], Answer(True, ())),
        ([policy(WEBPOD, egress=[])], Answer(True, ())),
        ([policy(WEBPOD, ingress=[])], Answer(False, ("one",))),
        ([policy({}, ingress=[])], Answer(False, ("one",))),
        # To a backend the Ingress is itself, whoever its client is.
        (
            [policy(WEBPOD, ingress=[{"entities": ["world"]}, {"cidrs": [{"cidr": "0.0.0.0/0"}]}])],
            Answer(False, ("one",)),
        ),
        ([policy(WEBPOD, ingress=[{"entities": ["ingress"]}])], Answer(True, ("one",))),
        ([policy(WEBPOD, ingress=[{"entities": ["cluster"]}])], Answer(True, ("one",))),
        ([policy(WEBPOD, ingress=[{"endpoints": [INGRESS]}])], Answer(True, ("one",))),
        ([policy(WEBPOD, ingress=[{"endpoints": [WEBPOD]}])], Answer(False, ("one",))),
        ([policy(WEBPOD, ingress=[{"entities": ["ingress"], "ports": [80]}])], Answer(True, ("one",))),
        ([policy(WEBPOD, ingress=[{"entities": ["ingress"], "ports": [8080]}])], Answer(False, ("one",))),
    ],
)
def test_a_backend_takes_the_ingress_where_its_policies_name_it(policies: list[NetworkPolicy], answer: Answer) -> None:
    assert into_backend(policies, BACKEND) == answer


@pytest.mark.parametrize(
    ("selector", "good"),
    [
        ({}, True),
        ({"matchLabels": {"app": "webpod", "tier": "web"}}, True),
        ({"matchLabels": {"tier": "db"}}, False),
        ({"matchLabels": {"k8s:app": "webpod", "any:tier": "web"}}, True),
        (INGRESS, False),
        ({"matchLabels": {"reserved:app": "webpod"}}, False),
        ({"matchLabels": {"app": "webpod", "none": ""}}, False),
        *(
            ({"matchExpressions": [{"key": key, "operator": operator, "values": values}]}, good)
            for key, operator, values, good in (
                ("app", "In", ["a", "webpod"], True),
                ("app", "In", ["a"], False),
                ("none", "In", ["a"], False),
                ("app", "NotIn", ["webpod"], False),
                ("k8s:app", "NotIn", ["a"], True),
                ("none", "NotIn", ["a"], True),
                ("any:app", "Exists", [], True),
                ("none", "Exists", [], False),
                ("app", "DoesNotExist", [], False),
                ("reserved:ingress", "DoesNotExist", [], True),
            )
        ),
        (
            {
                "matchLabels": {"app": "webpod"},
                "matchExpressions": [{"key": "app", "operator": "Exists"}, {"key": "tier", "operator": "DoesNotExist"}],
            },
            False,
        ),
    ],
)
def test_a_selector_takes_a_pod_by_its_labels_whatever_their_source(selector: Any, good: bool) -> None:
    labels = {"app": "webpod", "tier": "web"}
    assert takes(EndpointSelector.model_validate(selector), labels) is good


# --- deny rules, default deny, namespaces, nodes ---


def test_a_deny_rule_wins_and_its_policy_is_named() -> None:
    admits = policy(name="admits", ingress=[{"entities": ["world"]}])
    denies = policy(name="denies", ingressDeny=[{"cidrs": [{"cidr": "192.168.10.0/24"}]}])
    assert into_ingress([admits, denies], CLIENT) == Answer(False, ("denies",), denied=True)
    assert into_ingress([admits, denies], NODE).admitted
    # It closes the endpoint to all others, too, as any rule does.
    assert not into_ingress([denies], NODE).admitted


def test_default_deny_can_be_taken_from_a_policy_and_given_to_one() -> None:
    rule = {"entities": ["cluster"]}
    assert not into_ingress([policy(ingress=[rule])], CLIENT).admitted
    assert into_ingress([policy(ingress=[rule], enableDefaultDeny={"ingress": False})], CLIENT).admitted
    assert not into_ingress([policy(enableDefaultDeny={"ingress": True})], CLIENT).admitted
    # Of several policies one that closes is enough.
    both = [policy(ingress=[rule], enableDefaultDeny={"ingress": False}), policy(name="two", ingress=[])]
    assert not into_ingress(both, CLIENT).admitted


def test_a_policy_of_a_namespace_is_of_its_pods_alone() -> None:
    own = policy({}, namespace="default", ingress=[])
    assert into_ingress([own], CLIENT) == Answer(True, ())
    assert not into_backend([own], BACKEND).admitted
    assert into_backend([own], pod({"app": "webpod"}, "shop", 80)).admitted


def test_a_policy_of_nodes_is_of_no_endpoint() -> None:
    nodes = NetworkPolicy.model_validate({"name": "nodes", "nodeSelector": {}, "ingress": []})
    assert into_ingress([nodes], CLIENT) == into_backend([nodes], BACKEND) == Answer(True, ())
