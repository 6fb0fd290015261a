"""Rules on LoadBalancer addresses: the branches that the fixtures do not reach, and stacks that are right."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from config.load import parse
from rules.registry import check_all
from tests.config.dev_stack import document

L2 = "l2Policies: [{ name: policy1, interfaces: [eth1], loadBalancerIPs: true }]\n"
INGRESS = L2 + "ingressController: {}\n"
DEDICATED = "annotations: { ingress.cilium.io/loadbalancer-mode: dedicated }"
POOL = "pools: [{ name: a, blocks: [%s] }]\n"


def merged(under: Any, over: Any) -> Any:
    """A JSON merge patch (RFC 7386)."""
    if not isinstance(over, dict):
        return over
    result = dict(under) if isinstance(under, dict) else {}
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def told(rule: str, patch: str) -> list[str]:
    """`severity path: got` of a rule's findings on the patched dev stack; `before` is a patch too."""
    change = yaml.safe_load(patch) or {}
    before = change.pop("before", None)
    stack = parse(merged(document(), change), "dev")
    earlier = None if before is None else parse(merged(document(), before), "dev")
    findings = [f for f in check_all(stack, earlier).findings if f.rule == rule]
    return [f"{f.severity} {f.path}: {f.got}" for f in findings]


def services(*entries: str) -> str:
    """A `services` key of flow entries."""
    return "services:\n" + "".join(f"  - {{ {entry} }}\n" for entry in entries)


CASES = [
    # P1: the same pool, ranges, the other family, a hole between two blocks.
    (
        "P1",
        POOL % "{ cidr: 172.16.1.0/24 }, { start: 172.16.1.9 }",
        ["error pools[0].blocks[1]: 172.16.1.9-172.16.1.9"],
    ),
    ("P1", POOL % "{ cidr: 'fd00::/120' }, { cidr: 'fd00::80/121' }", ["error pools[0].blocks[1]: fd00::80-fd00::ff"]),
    ("P1", POOL % "{ cidr: 0.0.0.0/4 }, { cidr: '::/4' }, { start: 16.0.0.0, stop: 16.0.0.9 }", []),
    # A long block hides a short one: the third is in the first, not in the second.
    (
        "P1",
        POOL % "{ cidr: 172.16.1.0/24 }, { cidr: 172.16.1.0/30 }, { cidr: 172.16.1.64/30 }",
        ["error pools[0].blocks[0]: 172.16.1.0-172.16.1.255", "error pools[0].blocks[2]: 172.16.1.64-172.16.1.67"],
    ),
    # P2: one address for a sharing key, one for the shared Ingress, one for each dedicated one.
    ("P2", POOL % "{ start: 172.16.1.1 }" + services("name: a", "name: b"), ["error pools[0].blocks: 1"]),
    (
        "P2",
        POOL % "{ start: 172.16.1.1 }"
        + services(
            "name: a, annotations: { lbipam.cilium.io/sharing-key: web }",
            "name: b, port: 443, annotations: { io.cilium/lb-ipam-sharing-key: web }",
        ),
        [],
    ),
    ("P2", POOL % "{ start: 172.16.1.1 }" + INGRESS, ["error pools[0].blocks: 1"]),
    ("P2", POOL % "{ start: 172.16.1.1, stop: 172.16.1.2 }" + INGRESS, []),
    (
        "P2",
        POOL % "{ start: 172.16.1.1, stop: 172.16.1.2 }" + INGRESS + f"ingresses: [{{ name: a, {DEDICATED} }}]\n",
        ["error pools[0].blocks: 2"],
    ),
    ("P2", POOL % "{ start: 172.16.1.1 }" + "ingressController: { hostNetwork: { port: 8080 } }\n", []),
    (
        "P2",
        "pools: [{ name: a, blocks: [{ cidr: 172.16.1.2/31 }], allowFirstLastIPs: 'No' }]\n"
        + services("name: a", "name: b"),
        [],
    ),
    (
        "P2",
        POOL % "{ start: 172.16.1.1 }, { cidr: 'fd00::/120' }" + services("name: a", "name: b"),
        ["error pools[0].blocks: 1"],
    ),
    ("P2", POOL % "{ cidr: 'fd00::/120' }" + services("name: a", "name: b"), []),
    # Two pools that the same Services may use count together, and are told once.
    (
        "P2",
        "pools: [{ name: a, blocks: [{ start: 172.16.1.1 }] }, { name: b, blocks: [{ start: 172.16.2.1 }] }]\n"
        + services("name: a", "name: b"),
        [],
    ),
    (
        "P2",
        "pools: [{ name: a, blocks: [{ start: 172.16.1.1 }] }, { name: b, blocks: [{ start: 172.16.2.1 }] }]\n"
        + services("name: a", "name: b", "name: c"),
        ["error pools[0].blocks: 2"],
    ),
    # A disabled pool gives nothing.
    (
        "P2",
        "pools: [{ name: a, blocks: [{ start: 172.16.1.1 }] },"
        " { name: b, disabled: true, blocks: [{ cidr: 172.16.2.0/24 }] }]\n" + services("name: a", "name: b"),
        ["error pools[0].blocks: 1"],
    ),
    (
        "P2",
        POOL % "{ start: 172.16.1.1 }"
        + services(
            "name: a, annotations: { lbipam.cilium.io/sharing-key: web }",
            "name: b, port: 443, annotations: { lbipam.cilium.io/sharing-key: shop }",
        ),
        ["error pools[0].blocks: 1"],
    ),
    # P3
    ("P3", "pools: []\n", ["error services[0]: none of no pools"]),
    (
        "P3",
        "pools: [{ name: a, disabled: true, blocks: [{ cidr: 172.16.1.0/24 }] }]\n",
        ["error services[0]: none of a"],
    ),
    ("P3", "pools: []\ncilium: { values: { defaultLBServiceIPAM: nodeipam } }\n", []),
    ("P3", "pools: []\n" + services("name: a, loadBalancerClass: metallb", "name: b, type: ClusterIP"), []),
    (
        "P3",
        "pools: [{ name: a, blocks: [{ cidr: 172.16.1.0/24 }],"
        " serviceSelector: { matchLabels: { io.kubernetes.service.namespace: default } } }]\n",
        [],
    ),
    # P4: the reserved first address, another's selector, no address at all, one address for two.
    ("P4", services("name: a, requestedIPs: [172.16.1.0]"), ["error services[0].requestedIPs: 172.16.1.0"]),
    ("P4", services("name: a, requestedIPs: [172.16.1.1, 172.16.1.254]"), []),
    (
        "P4",
        services("name: a, annotations: { lbipam.cilium.io/ips: '172.16.1.7, 172.16.9.7' }"),
        ["error services[0].annotations: 172.16.9.7"],
    ),
    (
        "P4",
        services("name: a, annotations: { io.cilium/lb-ipam-ips: 172.16.1.300 }"),
        ["error services[0].annotations: 172.16.1.300"],
    ),
    (
        "P4",
        "pools: [{ name: a, blocks: [{ cidr: 172.16.1.0/24 }], serviceSelector: { matchLabels: { t: x } } },"
        " { name: b, blocks: [{ cidr: 172.16.2.0/24 }] }]\n" + services("name: a, requestedIPs: [172.16.1.7]"),
        ["error services[0].requestedIPs: 172.16.1.7"],
    ),
    (
        "P4",
        services("name: a, requestedIPs: [172.16.1.7]", "name: b, requestedIPs: [172.16.1.7]"),
        ["error services[1].requestedIPs: 172.16.1.7, which services[0].requestedIPs asks for too"],
    ),
    (
        "P4",
        services(
            "name: a, requestedIPs: [172.16.1.7], annotations: { lbipam.cilium.io/sharing-key: web }",
            "name: b, port: 443, requestedIPs: [172.16.1.7], annotations: { lbipam.cilium.io/sharing-key: web }",
        ),
        [],
    ),
    (
        "P4",
        services(
            "name: a, requestedIPs: [172.16.1.7], annotations: { lbipam.cilium.io/sharing-key: web }",
            "name: b, port: 443, requestedIPs: [172.16.1.7], annotations: { lbipam.cilium.io/sharing-key: shop }",
        ),
        ["error services[1].requestedIPs: 172.16.1.7, which services[0].requestedIPs asks for too"],
    ),
    # Either of two pools may give it, from any of its blocks.
    (
        "P4",
        "pools: [{ name: a, blocks: [{ cidr: 172.16.1.0/24 }] },"
        " { name: b, blocks: [{ cidr: 172.16.2.0/28 }, { cidr: 172.16.3.0/28 }] }]\n"
        + services("name: a, requestedIPs: [172.16.3.7]"),
        [],
    ),
    ("P5", services("name: a", "name: b"), []),
    # P6: a class that is nobody's near neighbor.
    ("P6", services("name: a, loadBalancerClass: metallb"), ["warning services[0].loadBalancerClass: metallb"]),
    ("P6", services("name: a, type: NodePort, loadBalancerClass: metallb"), []),
    # P6: Cilium's own classes are served while their feature is on.
    (
        "P6",
        services("name: a, loadBalancerClass: io.cilium/l2-announcer"),
        ["warning services[0].loadBalancerClass: io.cilium/l2-announcer"],
    ),
    ("P6", services("name: a, type: NodePort, loadBalancerClass: io.cilium/l2-announcer"), []),
    ("P6", services("name: a, loadBalancerClass: io.cilium/bgp-control-plane"), []),
    (
        "P6",
        services("name: a, loadBalancerClass: io.cilium/l2-announcer")
        + "\ncilium: { values: { l2announcements: { enabled: true } } }",
        [],
    ),
    # P7: LB-IPAM is on unless somebody turns it off.
    ("P7", "", []),
    ("P7", "cilium: { values: { defaultLBServiceIPAM: lbipam } }\n", []),
    # P8
    (
        "P8",
        POOL % "{ start: 172.16.1.1 }, { start: 172.16.1.3 }",
        ["warning pools[0].blocks[1]: two blocks of one address each"],
    ),
    ("P8", POOL % "{ start: 172.16.1.99 }, { cidr: 172.16.1.0/28 }", []),
    # P9: another kind's cidrs, and a pool without a spec.
    (
        "P9",
        "manifests:\n  - { apiVersion: cilium.io/v2alpha1, kind: CiliumCIDRGroup, metadata: { name: a },"
        " spec: { cidrs: [] } }\n"
        "  - { apiVersion: cilium.io/v2, kind: CiliumLoadBalancerIPPool, metadata: { name: b } }\n",
        [],
    ),
    (
        "P9",
        services("name: a, annotations: { io.cilium/lb-ipam-ips: 172.16.1.7 }"),
        ["warning services[0].annotations: io.cilium/lb-ipam-ips"],
    ),
    ("P8", POOL % "{ start: 172.16.1.1 }, { start: 172.16.1.2 }", []),
    ("P8", POOL % "{ start: 172.16.1.1, stop: 172.16.1.3 }, { start: 172.16.1.9 }", []),
    ("P8", POOL % "{ start: 172.16.1.1 }, { start: 172.16.1.7, stop: 172.16.1.9 }", []),
    ("P8", POOL % "{ start: 172.16.1.1 }, { start: 'fd00::9' }", []),
    ("P8", POOL % "{ cidr: 172.16.1.0/28 }, { start: 172.16.1.99 }", []),
    # P10: a pool gone, disabled, narrowed by its selector, narrowed by its reserved addresses.
    ("P10", "before: {}\npools: []\n", ["warning pools: nothing"]),
    (
        "P10",
        "before: {}\npools: [{ name: cilium-pool, disabled: true, blocks: [{ cidr: 172.16.1.0/24 }] }]\n",
        ["warning pools[0].disabled: true"],
    ),
    (
        "P10",
        "before: {}\npools: [{ name: cilium-pool, blocks: [{ cidr: 172.16.1.0/24 }],"
        " serviceSelector: { matchLabels: { app: shop } } }]\n",
        ["warning pools[0].serviceSelector: another one"],
    ),
    (
        "P10",
        "before: { pools: [{ name: cilium-pool, blocks: [{ cidr: 172.16.1.0/24 }] }] }\n",
        ["warning pools[0].blocks: 172.16.1.0-172.16.1.255 removed"],
    ),
    ("P10", "", []),
    ("P10", "before: {}\n", []),
    (
        "P10",
        "before: {}\npools: [{ name: cilium-pool, blocks: [{ start: 172.16.1.1, stop: 172.16.1.99 },"
        " { start: 172.16.1.101, stop: 172.16.1.254 }] }]\n",
        ["warning pools[0].blocks: 172.16.1.1-172.16.1.254 removed"],
    ),
    # The same numbers in the other family are other addresses.
    (
        "P10",
        "before: {}\npools: [{ name: cilium-pool, blocks: [{ cidr: '::ac10:100/120' }] }]\n",
        ["warning pools[0].blocks: 172.16.1.1-172.16.1.254 removed"],
    ),
    (
        "P10",
        "before: {}\npools: [{ name: cilium-pool, blocks: [{ cidr: 172.16.0.0/16 }, { cidr: '::/120' }] }]\n",
        [],
    ),
    (
        "P10",
        "before: {}\n" + "pools: [{ name: cilium-pool, blocks: [{ cidr: 172.16.1.0/25 },"
        " { cidr: 172.16.1.128/25 }] }]\n",
        [],
    ),
    ("P10", "before: {}\n" + "pools: [{ name: cilium-pool, blocks: [{ cidr: 172.16.0.0/16 }] }]\n", []),
    (
        "P10",
        "before: { pools: [{ name: cilium-pool, disabled: true, blocks: [{ cidr: 172.16.7.0/24 }] }] }\n",
        [],
    ),
    (
        "P10",
        "before: { pools: [{ name: cilium-pool, serviceSelector: { matchLabels: { app: webpod } },"
        " blocks: [{ start: 172.16.1.1, stop: 172.16.1.9 }] }] }\n",
        [],
    ),
    # P11: what the plan has beside hosts: pods, Services, egress addresses.
    ("P11", POOL % "{ cidr: 172.20.9.0/24 }", ["error pools[0].blocks[0]: 172.20.9.0-172.20.9.255"]),
    ("P11", POOL % "{ cidr: 10.96.1.0/24 }", ["error pools[0].blocks[0]: 10.96.1.0-10.96.1.255"]),
    (
        "P11",
        POOL
        % "{ cidr: 172.18.0.0/24 }"
        + "egressPolicies: [{ name: a, egressCIDRs: [172.18.0.84/31], egressGroups: [{}],"
        " selectors: [{ podSelector: {} }], destinationCIDRs: [10.10.1.0/24] }]\n",
        ["error pools[0].blocks[0]: 172.18.0.0-172.18.0.255"],
    ),
    ("P11", POOL % "{ start: 192.168.10.200 }", ["error pools[0].blocks[0]: 192.168.10.200-192.168.10.200"]),
    # P12: L2 alone wants the link; with both announcers everything is reachable.
    ("P12", "bgp: null\n" + L2, ["warning pools[0].blocks[0]: 172.16.1.0-172.16.1.255"]),
    ("P12", "bgp: null\n" + L2 + POOL % "{ cidr: 192.168.20.240/28 }", []),
    (
        "P12",
        "bgp: null\n" + L2 + POOL % "{ start: 192.168.10.250, stop: 192.168.11.9 }",
        ["warning pools[0].blocks[0]: 192.168.10.250-192.168.11.9"],
    ),
    (
        "P12",
        POOL % "{ cidr: 192.168.20.0/30 }",
        ["warning pools[0].blocks[0]: 192.168.20.0-192.168.20.3 inside 192.168.20.0/24"],
    ),
    ("P12", L2 + POOL % "{ cidr: 192.168.10.240/28 }, { cidr: 172.16.1.0/24 }", []),
    ("P12", "bgp: null\n" + POOL % "{ cidr: 192.168.10.240/28 }", []),
    ("P12", POOL % "{ cidr: 10.10.1.128/28 }", []),
    ("P12", POOL % "{ cidr: 'fd00::/120' }", []),
    ("P12", POOL % "{ cidr: '::c0a8:af0/124' }", []),
    (
        "P12",
        POOL % "{ cidr: 192.168.10.240/28 }" + "bgp: { advertisements: [{ name: a, labels: { advertise: bgp },"
        " advertisements: [{ type: PodCIDR }] }] }\n",
        [],
    ),
]


@pytest.mark.parametrize(("rule", "patch", "expected"), CASES)
def test_a_stack_is_told_what_is_wrong_with_it(rule: str, patch: str, expected: list[str]) -> None:
    assert told(rule, patch) == expected


KEY = "lbipam.cilium.io/sharing-key: web"
CROSS = "lbipam.cilium.io/sharing-cross-namespace"


@pytest.mark.parametrize(
    ("one", "two", "got"),
    [
        (f"annotations: {{ {KEY} }}", f"annotations: {{ {KEY} }}", []),
        (f"annotations: {{ {KEY} }}", f"annotations: {{ {KEY} }}, port: 80", ["port 80/TCP, which webpod has too"]),
        (f"annotations: {{ {KEY} }}", "annotations: { lbipam.cilium.io/sharing-key: shop }, port: 80", []),
        (f"annotations: {{ {KEY} }}", "port: 80", []),
        (
            f"annotations: {{ {KEY} }}",
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local",
            ["externalTrafficPolicy Local and Cluster"],
        ),
        (
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local, selector: {{ app: webpod }}",
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local, selector: {{ app: shop }}",
            ["externalTrafficPolicy Local with different pods"],
        ),
        (
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local",
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local",
            ["externalTrafficPolicy Local with different pods"],
        ),
        (
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local, selector: {{ app: webpod }}",
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local, selector: {{ app: webpod }}",
            [],
        ),
        (
            f"annotations: {{ {KEY} }}",
            f"annotations: {{ {KEY} }}, namespace: shop",
            ["namespaces default and shop without the consent of both"],
        ),
        (
            f"annotations: {{ {KEY}, {CROSS}: shop }}",
            f"annotations: {{ {KEY} }}, namespace: shop",
            ["namespaces default and shop without the consent of both"],
        ),
        (
            f"annotations: {{ {KEY} }}",
            f"annotations: {{ {KEY}, {CROSS}: '*' }}, namespace: shop",
            ["namespaces default and shop without the consent of both"],
        ),
        (
            f"annotations: {{ {KEY}, {CROSS}: 'mail,shop' }}",
            f"annotations: {{ {KEY}, {CROSS}: '*' }}, namespace: shop",
            [],
        ),
    ],
)
def test_services_share_an_address_only_where_they_agree(one: str, two: str, got: list[str]) -> None:
    patch = services(f"name: webpod, {one}", f"name: shop, {'' if 'port:' in two else 'port: 443, '}{two}")
    assert told("P5", patch) == [f"warning services[1].annotations: {text}" for text in got]


def test_the_fix_of_a_foreign_class_names_the_near_one() -> None:
    change = yaml.safe_load(services("name: a, loadBalancerClass: io.cilium/bgp-control-plan"))
    fixes = [f.fix for f in check_all(parse(merged(document(), change), "dev")).findings if f.rule == "P6"]
    assert fixes == ["did you mean io.cilium/bgp-control-plane?"]
