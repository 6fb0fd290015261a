"""One declaration of who may come in makes the policies of both hops, and they fit."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from config.errors import ConfigError
from config.ingress_access import IngressAccess
from config.load import parse
from config.policy import NetworkPolicy
from effective.admission import into_backend, into_ingress, out_of_ingress, outside, pod
from effective.objects.policies import network_policy
from rules.registry import check_all
from tests.drills.test_run import stack

WEB, DB = pod({"app": "web"}, "default", 8080), pod({"app": "db"}, "default", 5432)


def policies(**given: Any) -> tuple[NetworkPolicy, ...]:
    return IngressAccess.model_validate(given).policies()


def test_prefixes_alone_make_the_two_policies_of_the_write_up() -> None:
    lockdown, admission = map(network_policy, policies(cidrs=[{"cidr": "192.168.10.200/32"}, {"cidr": "127.0.0.1/32"}]))
    assert lockdown["metadata"]["name"] == "external-lockdown"
    assert lockdown["spec"] == {"endpointSelector": {}, "ingress": [{"fromEntities": ["cluster"]}]}
    assert admission["metadata"]["name"] == "allow-cidr"
    assert admission["spec"] == {
        "endpointSelector": {"matchExpressions": [{"key": "reserved:ingress", "operator": "Exists"}]},
        "ingress": [{"fromCIDRSet": [{"cidr": "192.168.10.200/32"}, {"cidr": "127.0.0.1/32"}]}],
    }


@pytest.mark.parametrize(
    "given",
    [
        {"cidrs": [{"cidr": "192.0.2.0/24", "except": ["192.0.2.128/25"]}]},
        {"cidrs": [{"cidr": "192.0.2.0/25"}], "entities": ["host"]},
        {"cidrs": [{"cidr": "192.0.2.0/25"}], "ports": [443], "backends": [{"matchLabels": {"app": "web"}}]},
        {
            "cidrs": [{"cidr": "192.0.2.0/25"}],
            "backends": [{"matchLabels": {"app": "web"}}, {"matchLabels": {"app": "db"}}],
        },
    ],
)
def test_clients_get_through_both_hops_and_nobody_else(given: dict[str, Any]) -> None:
    made = policies(**given)
    for address in map(str, ip_network("192.0.2.0/24").hosts()):
        client = outside(ip_address(address), 443)
        assert into_ingress(made, client).admitted == (int(address.rpartition(".")[2]) < 128)
    chosen = given.get("backends", [{"matchLabels": {"app": "web"}}, {"matchLabels": {"app": "db"}}])
    for party in (WEB, DB):
        assert into_backend(made, party).admitted
        wanted = {"matchLabels": {"app": (party.labels or {})["app"]}} in chosen
        assert out_of_ingress(made, party).admitted == (wanted or "backends" not in given)
    if "ports" in given:
        assert not into_ingress(made, outside(ip_address("192.0.2.1"), 80)).admitted
    assert into_ingress(made, pod({"app": "any"}, "default", 443)).admitted
    assert len({policy.name for policy in made}) == len(made)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "cidrs or entities"),
        (
            {"cidrs": [{"cidr": "192.0.2.0/24"}], "lockdown": "one", "admission": "one"},
            "different names for lockdown and admission",
        ),
    ],
)
def test_what_admits_nobody_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        policies(**given)


def test_a_name_that_a_declared_policy_has_is_refused_and_rules_know_where_it_comes_from() -> None:
    found = stack("ingress").model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert not check_all(parse(found, "ingress")).findings
    with pytest.raises(ConfigError, match="allow-cidr"):
        parse({**found, "networkPolicies": [{"name": "allow-cidr", "ingress": []}]}, "ingress")
    locked = {**found, "ingressAccess": {"entities": ["cluster"]}}
    assert [(f.rule, f.path) for f in check_all(parse(locked, "ingress")).findings] == [("I8", "ingressAccess.ingress")]
