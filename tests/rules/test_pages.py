"""What every rule is, whatever it checks: its page's form, and a check that is pure and never raises."""

from __future__ import annotations

import ast
import copy
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config.load import parse
from config.stack import StackConfig
from effective.chart import RELEASES
from rules.catalogue import MODULES
from rules.facts import Facts
from rules.finding import Finding, Severity
from rules.registry import Rule, check_all, rules
from tests.rules.test_fixtures import BASE, merged

RULES = Path(__file__).resolve().parents[2] / "rules"
FIELDS = ("Why", "Seen", "Since", "Source", "Bad", "Good")
MINIMAL: dict[str, Any] = {
    "cluster": {
        "kind": "existing",
        "podCIDR": "172.20.0.0/16",
        "serviceCIDR": "10.96.0.0/16",
        "apiServer": "192.168.10.100",
    },
    "nodes": [{"name": "n", "interfaces": [{"name": "eth0", "address": "192.168.10.100/24"}]}],
    "cilium": {"nativeRoutingCIDR": "172.20.0.0/16"},
}
SIX: dict[str, Any] = {
    "cluster": {
        "kind": "existing",
        "podCIDR": "fd00:20::/48",
        "serviceCIDR": "fd00:96::/112",
        "apiServer": "fd00:1::1",
    },
    "nodes": [
        {
            "name": f"n{i}",
            "interfaces": [{"name": "eth0", "address": f"fd00:1::{i}/64"}],
            "podCIDR": f"fd00:20:0:{i}::/64",
        }
        for i in (1, 2)
    ],
    "routers": [
        {
            "name": "r",
            "interfaces": [{"name": "eth0", "address": "fd00:1::ff/64"}],
            "bgp": {
                "asn": 65000,
                "routerId": "192.0.2.1",
                "ebgpRequiresPolicy": False,
                "networks": [],
                "peerGroups": [{"name": "G", "remoteAs": "external"}],
                "listenRanges": [{"prefix": "fd00:1::/64", "peerGroup": "G"}],
            },
        }
    ],
    "cilium": {
        "values": {"ipv4": {"enabled": False}, "ipv6": {"enabled": True}, "ipv6NativeRoutingCIDR": "fd00:20::/48"}
    },
    "bgp": {
        "clusterConfigs": [
            {
                "name": "c",
                "instances": [
                    {
                        "name": "i",
                        "localASN": 65001,
                        "peers": [{"name": "p", "asn": 65000, "address": "fd00:1::ff", "peerConfigRef": "c"}],
                    }
                ],
            }
        ],
        "peerConfigs": [
            {"name": "c", "families": [{"afi": "ipv6", "advertisements": {"matchLabels": {"advertise": "bgp"}}}]}
        ],
        "advertisements": [
            {
                "name": "a",
                "labels": {"advertise": "bgp"},
                "advertisements": [
                    {"type": "PodCIDR"},
                    {"type": "Service", "addresses": ["LoadBalancerIP"], "selector": {"matchLabels": {"app": "web"}}},
                ],
            }
        ],
    },
    "pools": [{"name": "p", "blocks": [{"cidr": "fd00:aa::/112"}]}],
    "services": [{"name": "web", "labels": {"app": "web"}, "selector": {"app": "web"}}],
}
# Every part that the shipped stack has not.
REST: dict[str, Any] = {
    "l2Policies": [{"name": "a", "loadBalancerIPs": True}],
    "ingressController": {},
    "ingresses": [{"name": "i", "rules": [{"paths": [{"service": "webpod", "port": 80}]}]}],
    "egressPolicies": [
        {
            "name": "e",
            "destinationCIDRs": ["198.18.0.0/24"],
            "selectors": [{"podSelector": {}}],
            "egressGateway": {
                "interface": "eth1",
                "nodeSelector": {"matchLabels": {"kubernetes.io/hostname": "cilium-w1"}},
            },
        }
    ],
}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_page_has_its_fields_once_and_in_order(rule: Rule) -> None:
    assert tuple(re.findall(r"(?m)^([A-Z][a-z]+): ", rule.page.partition("\n")[2])) == FIELDS
    assert re.search(r"(?m)^Since: 1\.(16|17|18|19|20)$", rule.page)
    for line in re.findall(r"(?m)^(?:Bad|Good): .*$", rule.page):
        assert line.count("`") % 2 == 0, line


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_a_check_is_a_generator_without_input_or_output(module: Any) -> None:
    assert inspect.isgeneratorfunction(module.check)
    tree = ast.parse(inspect.getsource(module))
    imported = {(node.module or "").partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert not imported & {"os", "pathlib", "random", "socket", "subprocess", "time", "datetime", "urllib", "pulumi"}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"open", "print", "input", "exec", "eval"}
    assert not any(isinstance(node, (ast.Global, ast.Nonlocal)) for node in ast.walk(tree))


@pytest.mark.parametrize("document", [MINIMAL, {**MINIMAL, "bgp": {}}], ids=["minimal", "empty-bgp"])
def test_a_minimal_stack_breaks_no_rule(document: Any) -> None:
    assert check_all(parse(document, "t")).findings == ()


def test_a_stack_of_ipv6_alone_breaks_no_rule() -> None:
    assert check_all(parse(SIX, "t")).findings == ()


def test_a_stack_without_nodes_is_told_and_not_crashed_on() -> None:
    check_all(parse(merged(BASE, {"nodes": [], "workloads": []}), "t"))


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_no_rule_raises_on_any_release(release: tuple[int, int]) -> None:
    for document in (MINIMAL, SIX, merged(BASE, REST)):
        check_all(parse(merged(document, {"cilium": {"version": f"{release[0]}.{release[1]}.0"}}), "t"))


def test_checks_change_nothing_and_say_the_same_again() -> None:
    stack = parse(merged(BASE, REST), "t")
    before = stack.model_dump_json()
    first = check_all(stack)
    facts = Facts(stack)
    for rule in reversed(rules()):
        list(rule.check(facts))
    again = [finding.of(rule.id) for rule in rules() for finding in rule.check(facts)]
    assert check_all(stack) == first
    assert set(again) == set(first.findings)
    assert stack.model_dump_json() == before


def fixtures() -> Iterator[Finding]:
    from tests.rules.test_fixtures import IDS, report

    for rule_id in IDS:
        yield from report(rule_id, "bad.yaml").findings


def test_a_finding_has_a_place_that_is_in_the_stack_file_and_something_to_do() -> None:
    tops = {field.alias or name for name, field in StackConfig.model_fields.items()}
    for finding in fixtures():
        assert finding.severity in Severity
        assert re.split(r"[.\[]", finding.path, maxsplit=1)[0] in tops, str(finding)
        assert finding.expected and finding.got and finding.fix, str(finding)
        assert "\n" not in str(finding) and "None" not in str(finding), str(finding)


@cache
def helm_keys() -> tuple[str, ...]:
    """The keys that rules read."""
    found: set[str] = set()
    for file in RULES.rglob("*.py"):
        for literal in re.findall(r"""\b(?:helm|on)\(\s*"([A-Za-z0-9.]+)"\s*\)""", file.read_text()):
            found.add(literal)
    return (*sorted(found), "ipv4.enabled", "ipv6.enabled", "l2announcements.leaseDuration")


ODD: tuple[Any, ...] = (None, 5, 1.5, "x", "", [], ["x"], [5], {}, {"a": 1}, True, False)


@pytest.mark.parametrize("key", helm_keys())
def test_no_rule_raises_on_an_odd_helm_value(key: str) -> None:
    for odd in ODD:
        tree: Any = odd
        for part in reversed(key.split(".")):
            tree = {part: tree}
        document = copy.deepcopy(merged(BASE, REST))
        values = document["cilium"]["values"]
        top, below = next(iter(tree.items()))
        values[top] = {**values.get(top, {}), **below} if isinstance(below, dict) else below
        check_all(parse(document, "t"))


def test_the_odd_values_reach_the_keys_that_rules_read() -> None:
    assert len(helm_keys()) > 25 and "l7Proxy" in helm_keys()
