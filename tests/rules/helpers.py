"""Stacks for the tests of a rule, and what the rule says of them.

A test of BGP or of a router edits the document of the dev stack; the others patch it with YAML.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from config.load import parse
from rules.finding import Finding
from rules.registry import RuleReport, check_all
from tests.config.dev_stack import document
from tests.rules.paths import astray
from tests.rules.test_fixtures import merged

Edit = Callable[[Any], object]

# What the edits of several rules name and do.
INSTANCE = "bgp.clusterConfigs[0].instances[0]"
AUTO: Edit = lambda d: d["cilium"].update(autoDirectNodeRoutes=True)  # noqa: E731
NO_ROUTERS: Edit = lambda d: d["routers"].clear()  # noqa: E731

# Parts of patches.
L2 = "l2Policies: [{ name: policy1, interfaces: [eth1], loadBalancerIPs: true }]\n"
INGRESS = L2 + "ingressController: {}\n"
DEDICATED = "annotations: { ingress.cilium.io/loadbalancer-mode: dedicated }"
MODE = "ingress.cilium.io/loadbalancer-mode"
HOST_NETWORK = "ingressController: { hostNetwork: { port: 8080 } }\n"
POOL = "pools: [{ name: a, blocks: [%s] }]\n"
OUTPOST = "outposts: [{ name: outpost, address: %s }]\n"
W3 = "nodeSelector: { matchLabels: { kubernetes.io/hostname: cilium-w3 } }"
BOTH = "{ key: kubernetes.io/hostname, operator: In, values: [cilium-w2, cilium-w3] }"
W23 = f"nodeSelector: {{ matchExpressions: [{BOTH}] }}"
PLAIN = f"egressGateway: {{ {W3}, interface: eth1 }}"
ZONE = "topology.kubernetes.io/zone"


def _found(rule_id: str, edits: tuple[Edit, ...]) -> list[Finding]:
    changed = document()
    for edit in edits:
        edit(changed)
    return _of(rule_id, changed, check_all(parse(changed, "t")))


def _of(rule_id: str, document: Any, report: RuleReport) -> list[Finding]:
    """A rule's findings. Every path has to lead to a place of the file."""
    found = [finding for finding in report.findings if finding.rule == rule_id]
    assert astray(document, found) == []
    return found


def told_after(rule_id: str, *edits: Edit) -> list[str]:
    """Severity and path of what a rule says of the dev stack after some edits."""
    return [f"{f.severity} {f.path}" for f in _found(rule_id, edits)]


def sentences(rule_id: str, *edits: Edit) -> list[str]:
    """`expected | got | fix` of what a rule says of the dev stack after some edits."""
    return [f"{f.expected} | {f.got} | {f.fix}" for f in _found(rule_id, edits)]


def told(rule: str, patch: str) -> list[str]:
    """`severity path: got` of a rule's findings on the patched dev stack; `before` is a patch too."""
    change = yaml.safe_load(patch) or {}
    before = change.pop("before", None)
    changed = merged(document(), change)
    earlier = None if before is None else parse(merged(document(), before), "dev")
    findings = _of(rule, changed, check_all(parse(changed, "dev"), earlier))
    return [f"{f.severity} {f.path}: {f.got}" for f in findings]


def instance(d: Any) -> Any:
    return d["bgp"]["clusterConfigs"][0]["instances"][0]


def peer(d: Any) -> Any:
    return instance(d)["peers"][0]


def peer_config(d: Any) -> Any:
    return d["bgp"]["peerConfigs"][0]


def entry(d: Any, i: int = 1) -> Any:
    return d["bgp"]["advertisements"][i]["advertisements"][0]


def router(d: Any) -> Any:
    return d["routers"][0]["bgp"]


def helm(**given: Any) -> Edit:
    """The user's Helm values."""
    return lambda d: d["cilium"]["values"].update(given)


def override(*pairs: tuple[str, dict[str, Any]]) -> Edit:
    made = [{"node": node, "instances": [{"name": "instance-65001", **given}]} for node, given in pairs]
    return lambda d: d["bgp"].update(nodeOverrides=made)


def peer_override(node: str, **given: Any) -> Edit:
    made = [{"node": node, "instances": [{"name": "instance-65001", "peers": [given]}]}]
    return lambda d: d["bgp"].update(nodeOverrides=made)


def second_config(selector: Any = None) -> Edit:
    def edit(d: Any) -> None:
        made = {"name": "second", "instances": [{"name": "other", "localASN": 65001}]}
        d["bgp"]["clusterConfigs"].append(made | ({"nodeSelector": selector} if selector else {}))

    return edit


def one_link(d: Any) -> None:
    d["nodes"].pop()


def nodes(count: int) -> Edit:
    def edit(d: Any) -> None:
        d["nodes"] = [
            {
                "name": f"n{i}",
                "podCIDR": f"172.20.{i}.0/24",
                "interfaces": [{"name": "eth1", "address": f"192.168.10.{i + 1}/24"}],
            }
            for i in range(count)
        ]
        d["workloads"] = []

    return edit


def gateways(d: Any) -> None:
    """Every node's default gateway is the router's address on its link."""
    for node in d["nodes"]:
        node["defaultGateway"] = node["interfaces"][0]["address"].rpartition(".")[0] + ".200"


def discovered(family: str, **given: Any) -> Edit:
    def edit(d: Any) -> None:
        peer(d).pop("address")
        peer(d).update(defaultGateway=family, **given)

    return edit


def values(text: str) -> str:
    """The user's Helm values in flow form."""
    return f"cilium: {{ values: {{ {text} }} }}\n"


def services(*entries: str) -> str:
    """A `services` key of flow entries."""
    return "services:\n" + "".join(f"  - {{ {entry} }}\n" for entry in entries)


def ingress(*annotations: str, mode: str = "shared") -> str:
    """Ingresses that differ by their annotations alone."""
    rows = [f"  - {{ name: i{i}, annotations: {{ {text} }} }}\n" for i, text in enumerate(annotations)]
    return f"ingressController: {{ mode: {mode} }}\ningresses:\n" + "".join(rows)


def policies(*entries: str) -> str:
    """Network policies beside an Ingress controller."""
    rows = [f"  - {{ name: p{i}, {text} }}\n" for i, text in enumerate(entries)]
    return INGRESS + "networkPolicies:\n" + "".join(rows)


def gated(*entries: str) -> str:
    """Network policies beside Gateways alone."""
    rows = [f"  - {{ name: p{i}, {text} }}\n" for i, text in enumerate(entries)]
    return L2 + "gatewayController: {}\nnetworkPolicies:\n" + "".join(rows)


def egress(*policies: str) -> str:
    """Egress policies; each has what it does not say itself from the write-up's `outpost`."""
    usual = "selectors: [{ podSelector: { matchLabels: { org: sds } } }], destinationCIDRs: [172.18.0.0/16]"
    full = [text if "selectors" in text else f"{usual}, {text}" for text in policies]
    rows = [f"  - {{ name: outpost-{i}, {text} }}\n" for i, text in enumerate(full)]
    return "egressPolicies:\n" + "".join(rows)


def zoned(*zones: str | None, roles: str = "cwww") -> str:
    """The dev stack's nodes with these zones; the letter of a role is c or w."""
    nodes = document()["nodes"]
    for node, zone, role in zip(nodes, zones, roles, strict=True):
        node["role"] = "control-plane" if role == "c" else "worker"
        node["labels"] = {ZONE: zone} if zone else {}
    return yaml.safe_dump({"nodes": nodes})


def with_net0(address: str) -> str:
    """cilium-w3 with a second interface."""
    nodes = document()["nodes"]
    nodes[3]["interfaces"].append({"name": "net0", "address": address})
    return yaml.safe_dump({"nodes": nodes})


def manifest(kind: str, version: str) -> str:
    """One manifest of the stack's own."""
    return f"manifests: [{{ apiVersion: {version}, kind: {kind}, metadata: {{ name: a }} }}]\n"
