"""Rules on L2, Ingress, egress and the whole: the branches that the fixtures do not reach, and right stacks."""

from __future__ import annotations

import json

import pytest
import yaml

from config.load import parse
from rules.registry import check_all
from tests.config.dev_stack import document
from tests.rules.test_lbipam_branches import DEDICATED, INGRESS, L2, POOL, merged, services, told

LINK = POOL % "{ start: 192.168.10.211, stop: 192.168.10.215 }"
W3 = "nodeSelector: { matchLabels: { kubernetes.io/hostname: cilium-w3 } }"
BOTH = "{ key: kubernetes.io/hostname, operator: In, values: [cilium-w2, cilium-w3] }"
W23 = f"nodeSelector: {{ matchExpressions: [{BOTH}] }}"
PLAIN = f"egressGateway: {{ {W3}, interface: eth1 }}"
ZONE = "topology.kubernetes.io/zone"
# Before it, no dedicated Ingress can listen on the nodes.
FIXED = "cilium: { version: 1.18.1 }\n"
HOST_NETWORK = "ingressController: { hostNetwork: { port: 8080 } }\n"
LISTENER = "ingress.cilium.io/host-listener-port"
MODE = "ingress.cilium.io/loadbalancer-mode"


def values(text: str) -> str:
    """The user's Helm values in flow form."""
    return f"cilium: {{ values: {{ {text} }} }}\n"


def interfaces(*patterns: str) -> str:
    """An L2 policy on these interfaces."""
    return f"l2Policies: [{{ name: policy1, loadBalancerIPs: true, interfaces: {json.dumps(patterns)} }}]\n"


def egress(*policies: str) -> str:
    """Egress policies; each has what it does not say itself from the write-up's `outpost`."""
    usual = "selectors: [{ podSelector: { matchLabels: { org: sds } } }], destinationCIDRs: [172.18.0.0/16]"
    full = [text if "selectors" in text else f"{usual}, {text}" for text in policies]
    rows = [f"  - {{ name: outpost-{i}, {text} }}\n" for i, text in enumerate(full)]
    return "egressPolicies:\n" + "".join(rows)


def ingress(*annotations: str, mode: str = "shared") -> str:
    """Ingresses that differ by their annotations alone."""
    rows = [f"  - {{ name: i{i}, annotations: {{ {text} }} }}\n" for i, text in enumerate(annotations)]
    return f"ingressController: {{ mode: {mode} }}\ningresses:\n" + "".join(rows)


def policies(*entries: str) -> str:
    """Network policies beside an Ingress controller."""
    rows = [f"  - {{ name: p{i}, {text} }}\n" for i, text in enumerate(entries)]
    return INGRESS + "networkPolicies:\n" + "".join(rows)


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


L2_AND_INGRESS = [
    # What answers where no rule does is a backend as well, for both hops. A mode of its own is as good as the note.
    (
        "I11",
        INGRESS + "ingresses: [{ name: a, defaultBackend: { service: webpod, port: 8080 } }]\n",
        ["error ingresses[0].defaultBackend.port: 8080"],
    ),
    ("I11", INGRESS + "ingresses: [{ name: a, defaultBackend: { service: webpod, port: 80 } }]\n", []),
    (
        "I13",
        policies("endpointSelector: { matchLabels: { app: webpod } }, ingress: [{ entities: [world] }]")
        + "ingresses: [{ name: a, defaultBackend: { service: webpod, port: 80 } }]\n",
        ["warning networkPolicies[0].ingress: none in p0"],
    ),
    # Either direction, every rule; one of three parts each is right.
    (
        "I15",
        policies(
            "ingress: [{ entities: [cluster] }, { cidrs: [{ cidr: 192.0.2.0/24 }], entities: [world] }],"
            " egress: [{ endpoints: [{}], entities: [cluster] }]"
        ),
        [
            "error networkPolicies[0].ingress[1]: entities and cidrs",
            "error networkPolicies[0].egress[0]: endpoints and entities",
        ],
    ),
    ("I15", policies("ingress: [{ entities: [cluster], ports: [80] }, { endpoints: [{}] }, {}]"), []),
    (
        "I7",
        INGRESS + "ingresses: [{ name: a, rules: [{ paths: [{ service: webpod, port: 80 }] }] },"
        " { name: b, loadBalancerMode: dedicated, rules: [{ paths: [{ service: webpod, port: 80 }] }] }]\n",
        [],
    ),
    (
        "I7",
        INGRESS + "ingresses: [{ name: a, rules: [{ paths: [{ service: webpod, port: 80 }] }] },"
        " { name: b, rules: [{ paths: [{ service: webpod, port: 80 }] }] }]\n",
        ["error ingresses[1].rules[0].paths[0]: every host /"],
    ),
    ("L1", "cilium: { kubeProxyReplacement: false }\n", []),
    (
        "L2",
        "l2Policies: [{ name: a, externalIPs: true }, { name: b, loadBalancerIPs: true }, { name: c }]\n",
        ["error l2Policies[2].loadBalancerIPs: false for both"],
    ),
    # L3: what RE2 has not, what nobody has, what is unanchored, and no devices at all.
    (
        "L3",
        interfaces("^eth(?=1)", r"^(e)th\1"),
        [
            "error l2Policies[0].interfaces[0]: ^eth(?=1) (invalid perl operator: (?=)",
            r"error l2Policies[0].interfaces[1]: ^(e)th\1 (invalid escape sequence: \1)",
        ],
    ),
    ("L3", interfaces("eth[", "th1"), ["error l2Policies[0].interfaces[0]: eth[ (missing ]: [)"]),
    ("L3", interfaces() + "cilium: { devices: [] }\n", []),
    ("L3", interfaces("^eth1$") + "cilium: { devices: [] }\n", []),
    ("L3", interfaces("^net0$") + "cilium: { devices: [net0] }\n", []),
    ("L3", interfaces("^net0$") + "cilium: { devices: [] }\n", ["warning l2Policies[0].interfaces[0]: ^net0$"]),
    ("L3", interfaces("^eth1$") + "cilium: { devices: [eth1, net0] }\n", []),
    # L4: the defaults are 15 s, 5 s and 2 s.
    (
        "L4",
        L2 + values("l2announcements: { leaseDuration: 5s }"),
        ["warning cilium.values.l2announcements.leaseDuration: 5 s"],
    ),
    (
        "L4",
        L2 + values("l2announcements: { leaseRetryPeriod: 4500ms }"),
        ["warning cilium.values.l2announcements.leaseRenewDeadline: 5 s"],
    ),
    ("L4", L2 + values("l2announcements: { leaseDuration: 1m30s, leaseRenewDeadline: 1m, leaseRetryPeriod: 2s }"), []),
    (
        "L4",
        L2 + values("l2announcements: { leaseRenewDeadline: 6s, leaseRetryPeriod: 5s }"),
        ["warning cilium.values.l2announcements.leaseRenewDeadline: 6 s"],
    ),
    ("L4", L2 + values("l2announcements: { leaseDuration: 1h, leaseRenewDeadline: 59m }"), []),
    ("L4", L2 + values("l2announcements: { leaseDuration: soon }"), []),
    ("L4", values("l2announcements: { leaseDuration: 5s }"), []),
    # L5: Ingresses have Services too; 10 a second is what there is without a value.
    (
        "L5",
        L2 + values("l2announcements: { leaseRenewDeadline: 90ms }"),
        ["warning cilium.values.k8sClientRateLimit.qps: 10"],
    ),
    ("L5", L2 + values("l2announcements: { leaseRenewDeadline: 100ms }"), []),
    (
        "L5",
        INGRESS + values("l2announcements: { leaseRenewDeadline: 100ms }"),
        ["warning cilium.values.k8sClientRateLimit.qps: 10"],
    ),
    (
        "L5",
        INGRESS
        + f"ingresses: [{{ name: a, {DEDICATED} }}]\n"
        + values("l2announcements: { leaseRenewDeadline: 100ms }, k8sClientRateLimit: { qps: 29.5 }"),
        ["warning cilium.values.k8sClientRateLimit.qps: 29.5"],
    ),
    ("L5", INGRESS + values("l2announcements: { leaseRenewDeadline: 100ms }, k8sClientRateLimit: { qps: 20 }"), []),
    ("L5", values("l2announcements: { leaseRenewDeadline: 1ms }"), []),
    # L6
    ("L6", services("name: a, externalTrafficPolicy: Local"), []),
    ("L6", L2 + services("name: a, externalTrafficPolicy: Local, loadBalancerClass: io.cilium/bgp-control-plane"), []),
    (
        "L6",
        "l2Policies: [{ name: a, loadBalancerIPs: true, serviceSelector: { matchLabels: { app: shop } } }]\n"
        + services(
            "name: a, externalTrafficPolicy: Local", "name: b, labels: { app: shop }, externalTrafficPolicy: Local"
        ),
        ["warning services[1].externalTrafficPolicy: Local"],
    ),
    ("L6", "l2Policies: [{ name: a }]\n" + services("name: a, externalTrafficPolicy: Local"), []),
    # L7: a selector of Services, and a class that belongs to BGP.
    (
        "L7",
        "l2Policies: [{ name: a, loadBalancerIPs: true, serviceSelector: { matchLabels: { app: shop } } }]\n",
        ["warning l2Policies[0].serviceSelector: {'matchLabels': {'app': 'shop'}}"],
    ),
    (
        "L7",
        L2 + services("name: a, loadBalancerClass: io.cilium/bgp-control-plane"),
        ["error l2Policies[0].serviceSelector: only io.cilium/bgp-control-plane"],
    ),
    (
        "L7",
        L2
        + services(
            "name: a, loadBalancerClass: io.cilium/bgp-control-plane",
            "name: b, loadBalancerClass: io.cilium/l2-announcer",
        ),
        [],
    ),
    ("L7", L2 + "services: []\n", []),
    (
        "L7",
        "l2Policies: [{ name: a, loadBalancerIPs: true,"
        " serviceSelector: { matchLabels: { io.kubernetes.service.name: webpod } } }]\n",
        [],
    ),
    # I1: nodePort.enabled stands in up to 1.18.
    (
        "I1",
        "cilium: { version: 1.18.0, kubeProxyReplacement: false, values: { nodePort: { enabled: true } } }\n" + INGRESS,
        [],
    ),
    (
        "I1",
        "cilium: { version: 1.19.1, kubeProxyReplacement: false, values: { nodePort: { enabled: true } } }\n" + INGRESS,
        ["error cilium.kubeProxyReplacement: false"],
    ),
    ("I1", "cilium: { kubeProxyReplacement: false }\n", []),
    (
        "I1",
        "cilium: { kubeProxyReplacement: false, values: { ingressController: { enabled: true } } }\n",
        ["error cilium.kubeProxyReplacement: false"],
    ),
    # I2: either of the two is enough; neither needs the proxy not at all.
    ("I2", INGRESS + values("l7Proxy: 'false'"), ["error cilium.values.l7Proxy: false"]),
    ("I2", values("l7Proxy: false, loadBalancer: { l7: { backend: envoy } }"), ["error cilium.values.l7Proxy: false"]),
    ("I2", values("l7Proxy: false"), []),
    # I3: the older name, and names that are nearly right.
    ("I3", ingress("io.cilium.ingress/loadbalancer-mode: own"), ["error ingresses[0].annotations: own"]),
    (
        "I3",
        ingress("ingress.cilium.io/loadBalancerMode: dedicated"),
        ["error ingresses[0].annotations: ingress.cilium.io/loadBalancerMode"],
    ),
    ("I3", ingress("io.cilium.ingress/loadbalancer-mode: dedicated", f"{MODE}: shared"), []),
    (
        "I3",
        ingress("ingress.cilium.io/load-balancer-mode: dedicated"),
        ["error ingresses[0].annotations: ingress.cilium.io/load-balancer-mode"],
    ),
    # I4: a disabled pool is none; a dedicated Ingress needs an address like the shared one.
    (
        "I4",
        INGRESS + "pools: [{ name: a, disabled: true, blocks: [{ cidr: 172.16.1.0/24 }] }]\n",
        ["error ingressController: none that serves it"],
    ),
    ("I4", "bgp: null\n" + LINK + "ingressController: {}\n", ["warning ingressController: neither"]),
    (
        "I4",
        "bgp: null\n" + LINK + "ingressController: {}\nl2Policies: [{ name: a, externalIPs: true }]\n",
        ["warning ingressController: neither"],
    ),
    ("I4", "bgp: null\n" + LINK + INGRESS, []),
    (
        "I4",
        "ingressController: {}\nbgp: { advertisements: [{ name: a, labels: { advertise: bgp }, advertisements: ["
        "{ type: PodCIDR }, { type: Service, addresses: [LoadBalancerIP],"
        " selector: { matchLabels: { cilium.io/ingress: 'true' } } }] }] }\n",
        [],
    ),
    (
        "I4",
        "ingressController: {}\nbgp: { advertisements: [{ name: a, labels: { advertise: bgp },"
        " advertisements: [{ type: PodCIDR }] }] }\n",
        ["warning ingressController: neither"],
    ),
    ("I4", "bgp: null\npools: []\n" + HOST_NETWORK, []),
    ("I4", "bgp: null\npools: []\n", []),
    # I5: the capability, the default port, one port for two.
    (
        "I5",
        "ingressController: { hostNetwork: { port: 80 } }\n"
        + values(
            "envoy: { enabled: true, securityContext: { capabilities: {"
            " keepCapNetBindService: true, envoy: [NET_ADMIN, NET_BIND_SERVICE] } } }"
        ),
        [],
    ),
    ("I5", "ingressController: { hostNetwork: { port: 1023 } }\n", ["error ingressController.hostNetwork.port: 1023"]),
    ("I5", "ingressController: { hostNetwork: { port: 1024 } }\n", []),
    (
        "I5",
        FIXED
        + "ingressController: { hostNetwork: {} }\n"
        + f"ingresses: [{{ name: a, annotations: {{ {MODE}: dedicated, {LISTENER}: '8080' }} }}]\n",
        ["error ingresses[0].annotations: 8080"],
    ),
    (
        "I5",
        FIXED
        + "ingressController: { hostNetwork: { port: 9090 } }\n"
        + f"ingresses: [{{ name: a, annotations: {{ {MODE}: dedicated, {LISTENER}: '9090' }} }}]\n",
        ["error ingresses[0].annotations: 9090"],
    ),
    (
        "I5",
        FIXED
        + HOST_NETWORK
        + "ingresses:\n"
        + f"  - {{ name: a, annotations: {{ {MODE}: dedicated, {LISTENER}: '8081' }} }}\n"
        + f"  - {{ name: b, annotations: {{ {MODE}: dedicated, {LISTENER}: '8081' }} }}\n"
        + f"  - {{ name: c, annotations: {{ {MODE}: dedicated, {LISTENER}: '8082' }} }}\n  - {{ name: d }}\n",
        ["error ingresses[1].annotations: 8081"],
    ),
    ("I5", INGRESS + f"ingresses: [{{ name: a, {DEDICATED} }}]\n", []),
    # I6, I7: only what shares.
    ("I6", ingress("ingress.cilium.io/loadbalancer-class: x", mode="dedicated"), []),
    ("I6", "ingresses: [{ name: a, annotations: { ingress.cilium.io/loadbalancer-class: x } }]\n", []),
    ("I6", ingress("a.b/c: d"), []),
    (
        "I7",
        INGRESS + "ingresses:\n"
        "  - { name: a, rules: [{ host: a.example, paths: [{ service: a, port: 80 }] }] }\n"
        "  - { name: b, rules: [{ host: b.example, paths: [{ service: b, port: 80 }] }] }\n",
        [],
    ),
    (
        "I7",
        INGRESS + "ingresses:\n"
        "  - { name: a, rules: [{ paths: [{ service: a, port: 80 }] }] }\n"
        "  - { name: b, namespace: shop, rules: [{ paths: [{ service: b, port: 80 }] }] }\n",
        ["error ingresses[1].rules[0].paths[0]: every host /"],
    ),
    (
        "I7",
        INGRESS + "ingresses:\n"
        "  - { name: a, rules: [{ paths: [{ service: a, port: 80 }] }] }\n"
        "  - { name: b, rules: [{ paths: [{ service: b, port: 80, pathType: Exact }] }] }\n"
        "  - { name: c, rules: [{ host: shop.example, paths: [{ service: c, port: 80 }] }] }\n"
        f"  - {{ name: d, {DEDICATED}, rules: [{{ paths: [{{ service: d, port: 80 }}] }}] }}\n"
        "  - { name: e, ingressClassName: nginx, rules: [{ paths: [{ service: e, port: 80 }] }] }\n",
        [],
    ),
    (
        "I7",
        "ingresses:\n"
        "  - { name: a, rules: [{ paths: [{ service: a, port: 80 }] }] }\n"
        "  - { name: b, rules: [{ paths: [{ service: b, port: 80 }] }] }\n",
        [],
    ),
    # I8, I9: what selects the Ingress endpoint, and what opens it.
    ("I8", policies("ingress: []"), ["warning networkPolicies[0].ingress: p0 locks it"]),
    ("I8", policies("ingress: [{ entities: [world] }]"), []),
    ("I8", policies("ingress: [{ entities: [world-ipv4] }]"), []),
    ("I8", policies("ingress: [{ entities: [world-ipv6] }]"), []),
    ("I8", policies("ingress: [{ entities: [all] }]"), []),
    ("I8", policies("endpointSelector: { matchLabels: { app: webpod } }, ingress: []"), []),
    (
        "I8",
        policies(
            "endpointSelector: { matchExpressions: [{ key: 'reserved:ingress', operator: DoesNotExist }] }, ingress: []"
        ),
        [],
    ),
    (
        "I8",
        policies("endpointSelector: { matchLabels: { 'reserved:ingress': '' } }, ingress: []"),
        ["warning networkPolicies[0].ingress: p0 locks it"],
    ),
    ("I8", policies("egress: [{ entities: [all] }]"), []),
    ("I8", "networkPolicies: [{ name: a, ingress: [] }]\n", []),
    ("I9", policies("egress: [{ entities: [world] }]"), ["warning networkPolicies[0].egress: p0 denies it"]),
    ("I9", policies("endpointSelector: { matchLabels: { app: webpod } }, egress: []"), []),
    ("I9", policies("egress: [{ endpoints: [{}] }]"), []),
    (
        "I9",
        policies("egress: [{ cidrs: [{ cidr: 172.20.0.0/16 }] }]"),
        ["warning networkPolicies[0].egress: p0 denies it"],
    ),
    ("I9", policies("ingress: [{ entities: [all] }]"), []),
    ("I9", "networkPolicies: [{ name: a, egress: [] }]\n", []),
]

EGRESS = [
    ("G1", egress(PLAIN) + values("enableIPv4Masquerade: false"), ["error cilium.values.enableIPv4Masquerade: false"]),
    (
        "G1",
        egress(PLAIN) + values("enableIPv4Masquerade: 'false'"),
        ["error cilium.values.enableIPv4Masquerade: false"],
    ),
    ("G1", values("bpf: { masquerade: false }, enableIPv4Masquerade: false"), []),
    ("G2", "cilium: { kubeProxyReplacement: false }\n", []),
    (
        "G3",
        egress(PLAIN) + values("identityAllocationMode: kvstore, underlayProtocol: ipv6"),
        ["error cilium.values.identityAllocationMode: kvstore", "error cilium.values.underlayProtocol: ipv6"],
    ),
    ("G3", egress(PLAIN) + values("identityAllocationMode: crd, underlayProtocol: ipv4"), []),
    ("G3", values("ciliumEndpointSlice: { enabled: true }"), []),
    (
        "G4",
        egress(f"egressGroups: [{{ {W3}, interface: eth1 }}, {{ {W3}, interface: eth1, egressIP: 192.168.20.9 }}]"),
        ["error egressPolicies[0].egressGroups[1]: both"],
    ),
    # G5: an interface with IPv6 alone; a second address on it is enough.
    (
        "G5",
        with_net0("fd00::42/64") + egress(f"egressGateway: {{ {W3}, interface: net0 }}"),
        ["error egressPolicies[0].egressGateway.interface: net0"],
    ),
    ("G5", with_net0("172.18.0.42/16") + egress(f"egressGateway: {{ {W3}, interface: net0 }}"), []),
    (
        "G5",
        with_net0("172.18.0.42/16") + egress(f"egressGroups: [{{ {W23}, interface: net0 }}]"),
        ["error egressPolicies[0].egressGroups[0].interface: net0, which the node does not have"],
    ),
    ("G5", egress(f"egressGateway: {{ {W3} }}"), []),
    (
        "G5",
        yaml.safe_dump(
            {
                "nodes": [
                    {**node, "interfaces": [*node["interfaces"], {"name": "eth1", "address": f"fd00::{i}/64"}]}
                    for i, node in enumerate(document()["nodes"], 1)
                ]
            }
        )
        + egress(PLAIN),
        [],
    ),
    # G6: with egressCIDRs addresses come at run time.
    (
        "G6",
        egress(f"egressGateway: {{ {W23}, egressIP: 192.168.20.100 }}"),
        ["error egressPolicies[0].egressGateway.egressIP: 192.168.20.100"],
    ),
    ("G6", egress(f"egressCIDRs: [172.18.0.84/31], egressGroups: [{{ {W3}, egressIP: 172.18.0.84 }}]"), []),
    ("G6", with_net0("172.18.0.42/16") + egress(f"egressGateway: {{ {W3}, egressIP: 172.18.0.42 }}"), []),
    ("G6", egress(PLAIN), []),
    # G7: by the egress IP, by a list, by a name that a pattern only begins.
    (
        "G7",
        with_net0("172.18.0.42/16") + egress(f"egressGateway: {{ {W3}, egressIP: 172.18.0.42 }}"),
        ["warning egressPolicies[0].egressGateway: net0"],
    ),
    (
        "G7",
        "cilium: { devices: [eth1, net0] }\n"
        + with_net0("172.18.0.42/16")
        + egress(f"egressGateway: {{ {W3}, interface: net0 }}"),
        [],
    ),
    (
        "G7",
        with_net0("172.18.0.42/16")
        + egress(f"egressGateway: {{ {W3}, interface: net0 }}")
        + values("devices: [eth1, net+]"),
        [],
    ),
    (
        "G7",
        with_net0("172.18.0.42/16")
        + egress(f"egressGateway: {{ {W3}, interface: net0 }}")
        + values("devices: 'eth+ net0'"),
        [],
    ),
    (
        "G7",
        with_net0("172.18.0.42/16")
        + egress(f"egressGateway: {{ {W3}, interface: net0 }}")
        + values("devices: '{eth+,net+}'"),
        [],
    ),
    ("G7", egress(PLAIN) + values("devices: eth"), ["warning egressPolicies[0].egressGateway: eth1"]),
    ("G7", "cilium: { devices: [] }\n" + egress(PLAIN), []),
    ("G7", egress(f"egressGateway: {{ {W3} }}"), []),
    (
        "G8",
        egress("egressGroups: [{ nodeSelector: { matchLabels: { egress-gw: 'true' } } }]"),
        ["error egressPolicies[0].egressGroups[0].nodeSelector: {'matchLabels': {'egress-gw': 'true'}}"],
    ),
    (
        "G9",
        egress(f"egressGateway: {{ {W3} }}, egressGateways: [{{ {W3} }}, {{ {W23} }}]"),
        ["warning egressPolicies[0].egressGateways[1].nodeSelector: 2: cilium-w2, cilium-w3"],
    ),
    ("G9", egress(f"egressGroups: [{{ {W23} }}]"), []),
    ("G9", egress(f"kind: IsovalentEgressGatewayPolicy, egressGateway: {{ {W23} }}"), []),
    # G10
    ("G10", egress(f"egressGroups: [{{ {W23} }}]"), []),
    ("G10", egress("azAffinity: disabled"), ["error egressPolicies[0].egressGateway: none"]),
    ("G10", egress(f"egressGateways: [{{ {W3} }}]"), ["error egressPolicies[0].egressGateway: nothing"]),
    ("G10", egress(f"egressGateway: {{ {W3} }}, egressGateways: [{{ {W3} }}]"), []),
    (
        "G10",
        egress(f"egressGroups: [{{ {W23} }}], egressGateway: {{ {W3} }}"),
        ["warning egressPolicies[0].egressGroups: two"],
    ),
    (
        "G10",
        egress(f"egressGroups: [{{ {W23} }}], egressGateway: {{ {W3} }}, egressGateways: [{{ {W3} }}]"),
        ["warning egressPolicies[0].egressGroups: two"],
    ),
    (
        "G11",
        egress(
            f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: ['::/0', 10.0.0.0/8],"
            f" excludedCIDRs: [10.0.0.0/8, 'fd00::/8', 11.0.0.0/8], {PLAIN}"
        ),
        ["warning egressPolicies[0].excludedCIDRs[2]: 11.0.0.0/8"],
    ),
    # G12: the API server, a pool, and what is excluded.
    (
        "G12",
        egress(f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [192.168.10.96/28], {PLAIN}"),
        ["warning egressPolicies[0].destinationCIDRs[0]: 192.168.10.96/28, which meets the API server 192.168.10.100"],
    ),
    # One host beside the nodes is meant; the whole link hardly.
    ("G12", egress(f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [192.168.20.9/32], {PLAIN}"), []),
    (
        "G12",
        egress(f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [192.168.20.0/24], {PLAIN}"),
        ["warning egressPolicies[0].destinationCIDRs[0]: 192.168.20.0/24, which meets the nodes' link 192.168.20.0/24"],
    ),
    (
        "G12",
        egress(f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [172.16.0.0/14], {PLAIN}"),
        ["warning egressPolicies[0].destinationCIDRs[0]: 172.16.0.0/14, which meets pool cilium-pool"],
    ),
    (
        "G12",
        egress(
            f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [172.16.0.0/14],"
            f" excludedCIDRs: [172.16.1.0/24], {PLAIN}"
        ),
        [],
    ),
    (
        "G12",
        egress(
            f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [172.16.0.0/14],"
            f" excludedCIDRs: ['::/0', 172.17.0.0/16], {PLAIN}"
        ),
        ["warning egressPolicies[0].destinationCIDRs[0]: 172.16.0.0/14, which meets pool cilium-pool"],
    ),
    ("G12", egress(f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: ['::/0', 8.8.8.0/24], {PLAIN}"), []),
    # G13: a namespace is enough.
    (
        "G13",
        egress(f"selectors: [], destinationCIDRs: [172.18.0.0/16], {PLAIN}"),
        ["error egressPolicies[0].selectors: none"],
    ),
    (
        "G13",
        egress(f"selectors: [{{ namespaceSelector: {{}} }}, {{}}], destinationCIDRs: [172.18.0.0/16], {PLAIN}"),
        ["error egressPolicies[0].selectors[1]: neither"],
    ),
    ("G14", values("clustermesh: { config: { enabled: true } }"), []),
    ("G15", "cilium: { edition: enterprise }\n" + egress(PLAIN), []),
    ("G15", egress(f"egressGroups: [{{ {W23} }}]"), []),
    (
        "G15",
        "cilium: { edition: enterprise, values: { l7Proxy: 'false' } }\n" + egress(f"egressGroups: [{{ {W23} }}]"),
        [],
    ),
    ("G15", "cilium: { edition: enterprise }\n" + egress(f"kind: IsovalentEgressGatewayPolicy, {PLAIN}"), []),
    ("G16", egress(PLAIN), []),
    ("G16", egress(f"kind: IsovalentEgressGatewayPolicy, egressCIDRs: [172.18.0.84/31], {PLAIN}"), []),
    ("G16", egress(f"egressGroups: [{{ {W23} }}], egressCIDRs: [172.18.0.84/31]"), []),
    (
        "G17",
        manifest("IsovalentEgressGatewayPolicy", "isovalent.com/v1"),
        ["error manifests[0].apiVersion: isovalent.com/v1 IsovalentEgressGatewayPolicy"],
    ),
    ("G17", "cilium: { edition: enterprise }\n" + manifest("IsovalentEgressGatewayPolicy", "isovalent.com/v1"), []),
    ("G17", egress(f"kind: CiliumEgressGatewayPolicy, {PLAIN}"), []),
    # G18: a node in two groups is one gateway, and maxGatewayNodes bounds a group.
    ("G18", egress(f"egressCIDRs: [172.18.0.84/31], egressGroups: [{{ {W23} }}, {{ {W3} }}]"), []),
    ("G18", egress(f"egressCIDRs: [172.18.0.84/32], egressGroups: [{{ {W23}, maxGatewayNodes: 1 }}]"), []),
    (
        "G18",
        egress("egressCIDRs: [172.18.0.84/32, 172.18.0.84/32], egressGroups: [{}]"),
        ["error egressPolicies[0].egressCIDRs: 1"],
    ),
    ("G18", egress(f"egressGroups: [{{ {W23} }}]"), []),
    ("G18", egress(f"egressCIDRs: [172.18.0.84/32], egressGateway: {{ {W23} }}"), []),
    (
        "G18",
        egress(f"egressGroups: [{{ {W23} }}]", f"egressCIDRs: [172.18.0.84/32], egressGroups: [{{ {W23} }}]"),
        ["error egressPolicies[1].egressCIDRs: 1"],
    ),
    # G19: hosts, pods and pools.
    (
        "G19",
        egress("egressCIDRs: [192.168.20.96/29], egressGroups: [{}]"),
        ["error egressPolicies[0].egressCIDRs[0]: 192.168.20.96-192.168.20.103"],
    ),
    (
        "G19",
        egress("egressCIDRs: [172.16.1.8/29], egressGroups: [{}]"),
        ["error egressPolicies[0].egressCIDRs[0]: 172.16.1.8-172.16.1.15"],
    ),
    (
        "G19",
        egress("egressCIDRs: [172.20.0.0/14], egressGroups: [{}]"),
        ["error egressPolicies[0].egressCIDRs[0]: 172.20.0.0-172.23.255.255"],
    ),
    ("G19", POOL % "{ cidr: 172.20.0.0/24 }", []),
    # G20
    (
        "G20",
        egress(f"azAffinity: localOnlyFirst, egressGroups: [{{ {W3} }}]"),
        [
            "error egressPolicies[0].azAffinity: none",
            "warning egressPolicies[0].azAffinity: none on cilium-w1, cilium-w2",
        ],
    ),
    ("G20", zoned(None, "east", "east", "east") + egress(f"azAffinity: localOnly, egressGroups: [{{ {W3} }}]"), []),
    (
        "G20",
        zoned(None, "west", "east", "east") + egress(f"azAffinity: localOnlyFirst, egressGroups: [{{ {W3} }}]"),
        [],
    ),
    (
        "G20",
        zoned("north", "east", "east", "east", roles="wwww")
        + egress(f"azAffinity: localOnly, egressGroups: [{{ {W3} }}]"),
        ["error egressPolicies[0].azAffinity: none in north"],
    ),
    ("G20", egress(PLAIN), []),
    (
        "G21",
        zoned(None, "west", "west", "east")
        + egress(f"azAffinity: localPriority, egressGroups: [{{ {W3}, maxGatewayNodes: 1 }}, {{ {W23} }}]"),
        ["warning egressPolicies[0].egressGroups[1].maxGatewayNodes: nothing"],
    ),
    ("G21", egress(f"azAffinity: localOnly, egressGroups: [{{ {W3} }}]"), []),
    (
        "G22",
        egress(PLAIN)
        + yaml.safe_dump(
            {
                "nodes": [
                    {**node, "taints": [{"key": "egress-gw", "effect": "PreferNoSchedule"}]}
                    for node in document()["nodes"]
                ]
            }
        ),
        ["warning nodes[3].taints: none"],
    ),
    (
        "G22",
        egress(PLAIN)
        + yaml.safe_dump(
            {
                "nodes": [
                    {**node, "taints": [{"key": "egress-gw", "effect": "NoExecute"}]} for node in document()["nodes"]
                ]
            }
        ),
        [],
    ),
]

LATE = "cilium: { version: 1.19.1 }\n"

ACROSS = [
    # X1: a typo below a known group, a whole unknown group, and what is free.
    (
        "X1",
        values("hubble: { relay: { enable: true } }, operater: { replicas: 1 }"),
        ["error cilium.values.hubble.relay.enable: none such", "error cilium.values.operater.replicas: none such"],
    ),
    ("X1", values("extraConfig: { enable-x: 'true' }, podAnnotations: { a.b/c: d }, nodePort: { range: '1,2' }"), []),
    ("X1", values("bgpControlPlane: { routerIDAllocation: { mode: ip-pool } }"), []),
    (
        "X1",
        "cilium: { version: 1.17.4, values: { bgpControlPlane: { routerIDAllocation: { mode: ip-pool } } } }\n",
        ["error cilium.values.bgpControlPlane.routerIDAllocation.mode: none such"],
    ),
    ("X1", values("bpf: {}, foo: {}"), ["error cilium.values.foo: none such"]),
    ("X1", values("bgp: { enabled: true }"), []),
    # X2: only where something changes, and a new version rolls the agents by itself.
    ("X2", "before: {}\n", []),
    ("X2", "before: { cilium: { version: 1.18.1 } }\n" + values("bpf: { lbExternalClusterIP: true }"), []),
    ("X2", values("bpf: { lbExternalClusterIP: true }"), []),
    ("X2", "before: {}\ncilium: { autoDirectNodeRoutes: true }\n", ["warning cilium.values.rollOutCiliumPods: false"]),
    # X3: each switch, and the other ones that bring the Envoy kinds.
    ("X3", manifest("CiliumEnvoyConfig", "cilium.io/v2"), ["error manifests[0].kind: false"]),
    ("X3", manifest("CiliumEnvoyConfig", "cilium.io/v2") + values("envoyConfig: { enabled: true }"), []),
    ("X3", manifest("CiliumClusterwideEnvoyConfig", "cilium.io/v2") + INGRESS, []),
    ("X3", manifest("CiliumEnvoyConfig", "cilium.io/v2") + values("loadBalancer: { l7: { backend: envoy } }"), []),
    ("X3", manifest("CiliumLocalRedirectPolicy", "cilium.io/v2"), ["error manifests[0].kind: false"]),
    (
        "X3",
        manifest("CiliumLocalRedirectPolicy", "cilium.io/v2") + values("localRedirectPolicies: { enabled: true }"),
        [],
    ),
    ("X3", manifest("CiliumLocalRedirectPolicy", "cilium.io/v2") + values("localRedirectPolicy: true"), []),
    ("X3", manifest("CiliumBGPAdvertisement", "cilium.io/v2"), []),
    ("X3", manifest("CiliumBGPAdvertisement", "cilium.io/v2") + "bgp: null\n", ["error manifests[0].kind: false"]),
    ("X3", manifest("ConfigMap", "v1"), []),
    # X4: per release and kind.
    ("X4", manifest("CiliumBGPPeerConfig", "cilium.io/v2alpha1"), []),
    ("X4", manifest("CiliumLoadBalancerIPPool", "cilium.io/v2"), []),
    (
        "X4",
        "cilium: { version: 1.16.5 }\n" + manifest("CiliumLoadBalancerIPPool", "cilium.io/v2"),
        ["error manifests[0].apiVersion: cilium.io/v2 CiliumLoadBalancerIPPool"],
    ),
    (
        "X4",
        manifest("CiliumL2AnnouncementPolicy", "cilium.io/v2"),
        ["error manifests[0].apiVersion: cilium.io/v2 CiliumL2AnnouncementPolicy"],
    ),
    ("X4", manifest("CiliumBGPPeeringPolicy", "cilium.io/v2alpha1"), []),
    (
        "X4",
        LATE + manifest("CiliumBGPPeeringPolicy", "cilium.io/v2alpha1"),
        ["error manifests[0].apiVersion: cilium.io/v2alpha1 CiliumBGPPeeringPolicy"],
    ),
    (
        "X4",
        manifest("CiliumEgressGatewayPolicy", "cilium.io/v2alpha1"),
        ["error manifests[0].apiVersion: cilium.io/v2alpha1 CiliumEgressGatewayPolicy"],
    ),
    ("X4", manifest("Deployment", "apps/v1"), []),
    # X5: links, the management network, node PodCIDRs, one address twice.
    (
        "X5",
        "cluster: { podCIDR: 192.168.0.0/17 }\n",
        [
            "error nodes[0].interfaces[0].address: 192.168.10.0-192.168.10.255",
            "error nodes[0].podCIDR: 172.20.0.0/24",
            "error nodes[1].podCIDR: 172.20.1.0/24",
            "error nodes[2].podCIDR: 172.20.2.0/24",
            "error nodes[3].interfaces[0].address: 192.168.20.0-192.168.20.255",
            "error nodes[3].podCIDR: 172.20.3.0/24",
            "error cluster.managementPrefix: 192.168.121.0-192.168.121.255",
        ],
    ),
    (
        "X5",
        "cluster: { managementPrefix: 192.168.20.0/24 }\n",
        ["error nodes[3].interfaces[0].address: 192.168.20.0-192.168.20.255"],
    ),
    ("X5", "cluster: { kind: existing, managementPrefix: null }\n", []),
    (
        "X5",
        yaml.safe_dump({"nodes": [{**node, "podCIDR": "172.20.1.0/24"} for node in document()["nodes"][:2]]}),
        ["error nodes[1].podCIDR: 172.20.1.0-172.20.1.255"],
    ),
    ("X5", with_net0("192.168.10.101/24"), ["error nodes[3].interfaces[1].address: 192.168.10.101"]),
    (
        "X5",
        "cilium: { ipam: cluster-pool }\n"
        + yaml.safe_dump(
            {"nodes": [{key: value for key, value in node.items() if key != "podCIDR"} for node in document()["nodes"]]}
        ),
        [],
    ),
    (
        "X5",
        yaml.safe_dump(
            {"nodes": [{**node, "podCIDR": f"fd00:{i}::/64"} for i, node in enumerate(document()["nodes"][:2])]}
        ),
        ["error nodes[0].podCIDR: fd00::/64", "error nodes[1].podCIDR: fd00:1::/64"],
    ),
    ("X5", with_net0("172.18.0.42/16"), []),
    ("X5", with_net0("fd00::42/64"), []),
    # X6: what this release has is not moved.
    ("X6", "cilium: { version: 1.16.5, values: { bgp: { enabled: true }, hostPort: { enabled: true } } }\n", []),
    (
        "X6",
        "cilium: { version: 1.17.4, values: { bgp: { announce: { podCIDR: true } }, hostPort: { enabled: true } } }",
        ["error cilium.values.bgp.announce.podCIDR: one that was moved or removed"],
    ),
    (
        "X6",
        "cilium: { version: 1.19.1, values: { nodePort: { enabled: true, range: '1,2' } } }\n",
        ["error cilium.values.nodePort.enabled: one that was moved or removed"],
    ),
    (
        "X6",
        values("tunnel: disabled, tunnelProtocol: geneve"),
        ["error cilium.values.tunnel: one that was moved or removed"],
    ),
]


@pytest.mark.parametrize(("rule", "patch", "expected"), [*L2_AND_INGRESS, *EGRESS, *ACROSS])
def test_a_stack_is_told_what_is_wrong_with_it(rule: str, patch: str, expected: list[str]) -> None:
    assert sorted(told(rule, patch)) == sorted(expected)


# Kind, what turns it on, and (from 1.18 on) its apiVersion.
FEATURES = [
    ("CiliumBGPClusterConfig", "bgpControlPlane: { enabled: true }", "v2"),
    ("CiliumBGPPeerConfig", "bgpControlPlane: { enabled: true }", "v2"),
    ("CiliumBGPAdvertisement", "bgpControlPlane: { enabled: true }", "v2"),
    ("CiliumBGPNodeConfigOverride", "bgpControlPlane: { enabled: true }", "v2"),
    ("CiliumEgressGatewayPolicy", "egressGateway: { enabled: true }", "v2"),
    ("CiliumEnvoyConfig", "gatewayAPI: { enabled: true }", "v2"),
    ("CiliumClusterwideEnvoyConfig", "envoyConfig: { enabled: true }", "v2"),
    ("CiliumLocalRedirectPolicy", "localRedirectPolicies: { enabled: true }", "v2"),
    ("CiliumL2AnnouncementPolicy", "l2announcements: { enabled: true }", "v2alpha1"),
    ("CiliumEndpointSlice", "ciliumEndpointSlice: { enabled: true }", "v2alpha1"),
]


@pytest.mark.parametrize(("kind", "switch", "version"), FEATURES)
def test_a_kind_needs_its_feature(kind: str, switch: str, version: str) -> None:
    off = "bgp: null\n" + manifest(kind, f"cilium.io/{version}")
    assert told("X3", off) == ["error manifests[0].kind: false"]
    assert told("X3", off + values(switch)) == []
    # A switch of another feature does not help.
    if "Redirect" not in kind and "Envoy" not in kind:
        others = "localRedirectPolicies: { enabled: true }, gatewayAPI: { enabled: true }"
        assert told("X3", off + values(others)) == ["error manifests[0].kind: false"]


OLD, NEW = ("1.16.5", "1.17.4"), ("1.18.0", "1.19.1", "1.20.2")


@pytest.mark.parametrize("version", OLD + NEW)
@pytest.mark.parametrize(
    ("kind", "early", "late"),
    [
        *(
            (kind, "v2alpha1", "v2 v2alpha1")
            for kind in (
                "CiliumBGPAdvertisement",
                "CiliumBGPClusterConfig",
                "CiliumBGPNodeConfig",
                "CiliumBGPNodeConfigOverride",
                "CiliumBGPPeerConfig",
                "CiliumLoadBalancerIPPool",
                "CiliumCIDRGroup",
            )
        ),
        *(
            (kind, "v2alpha1", "v2alpha1")
            for kind in ("CiliumL2AnnouncementPolicy", "CiliumPodIPPool", "CiliumEndpointSlice")
        ),
        *(
            (kind, "v2", "v2")
            for kind in (
                "CiliumEgressGatewayPolicy",
                "CiliumNetworkPolicy",
                "CiliumClusterwideNetworkPolicy",
                "CiliumNode",
                "CiliumEnvoyConfig",
                "CiliumClusterwideEnvoyConfig",
                "CiliumLocalRedirectPolicy",
            )
        ),
    ],
)
def test_a_kind_is_served_in_the_versions_of_its_release(kind: str, early: str, late: str, version: str) -> None:
    served = (early if version in OLD else late).split()
    for name in ("v2", "v2alpha1"):
        patch = f"cilium: {{ version: {version} }}\n" + manifest(kind, f"cilium.io/{name}")
        wrong = [] if name in served else [f"error manifests[0].apiVersion: cilium.io/{name} {kind}"]
        assert told("X4", patch) == wrong


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("bgp: { enabled: true }", "bgp.enabled"),
        ("externalIPs: { enabled: true }", "externalIPs.enabled"),
        ("hostPort: { enabled: true }", "hostPort.enabled"),
        ("nodePort: { enabled: true }", "nodePort.enabled"),
        ("tunnel: vxlan", "tunnel"),
        ("containerRuntime: { integration: none }", "containerRuntime.integration"),
        ("enableCiliumEndpointSlice: true", "enableCiliumEndpointSlice"),
        ("remoteNodeIdentity: true", "remoteNodeIdentity"),
        ("proxy: { prometheus: { port: 1 } }", "proxy.prometheus.port"),
        ("encryption: { interface: eth1 }", "encryption.interface"),
    ],
)
def test_a_key_that_is_gone_is_told_once(text: str, path: str) -> None:
    patch = f"cilium: {{ version: 1.20.2, values: {{ {text} }} }}\n"
    assert told("X6", patch) == [f"error cilium.values.{path}: one that was moved or removed"]
    assert told("X1", patch) == []


@pytest.mark.parametrize(
    ("version", "first", "last"),
    [("1.16.5", 27, 30), ("1.17.4", 29, 32), ("1.18.0", 30, 33), ("1.19.1", 31, 34), ("1.20.2", 33, 36)],
)
def test_kubernetes_is_one_that_the_release_is_tested_with(version: str, first: int, last: int) -> None:
    for minor in range(first - 2, last + 3):
        got = told("X7", f"cilium: {{ version: {version} }}\ncluster: {{ kubernetes: '1.{minor}' }}\n")
        assert got == ([] if first <= minor <= last else [f"warning cluster.kubernetes: 1.{minor}"])


@pytest.mark.parametrize(
    ("key", "fix"),
    [
        ("bgpControlPlan: { enabled: true }", "did you mean bgpControlPlane.enabled?"),
        ("kubeproxyReplacement: true", "did you mean kubeProxyReplacement?"),
        ("l2announcement: { enabled: true }", "did you mean l2announcements.enabled?"),
        ("announcer: { leaseRenewDeadline: 1s }", "did you mean l2announcements.leaseRenewDeadline?"),
        ("zzz: 1", "take it out"),
    ],
)
def test_the_fix_of_an_unknown_key_names_the_key_that_was_meant(key: str, fix: str) -> None:
    stack = parse(merged(document(), yaml.safe_load(values(key))), "dev")
    assert [f.fix for f in check_all(stack).findings if f.rule == "X1"] == [fix]


@pytest.mark.parametrize("version", ["1.16.5", "1.17.4", "1.18.0", "1.19.1", "1.20.2"])
@pytest.mark.parametrize(
    "text",
    [
        "kubeProxyReplacement: true, ipv4NativeRoutingCIDR: 172.20.0.0/16, autoDirectNodeRoutes: false",
        "endpointRoutes: { enabled: false }, installNoConntrackIptablesRules: true, routingMode: native",
        "bgpControlPlane: { enabled: true }, bpf: { masquerade: true }, endpointHealthChecking: { enabled: false }",
        "ingressController: { enabled: true, loadbalancerMode: shared }, loadBalancer: { l7: { backend: envoy } }",
        "egressGateway: { enabled: true }, l7Proxy: false, devices: '{eth+,net+}', debug: { enabled: true }",
        "hubble: { relay: { enabled: true }, ui: { enabled: true, service: { type: NodePort, nodePort: 30003 } },"
        " metrics: { enabled: [dns, 'httpV2:exemplars=true'], enableOpenMetrics: true } }",
        "prometheus: { enabled: true }, operator: { replicas: 1, prometheus: { enabled: true } }",
        "ipam: { mode: cluster-pool, operator: { clusterPoolIPv4PodCIDRList: [10.0.0.0/8],"
        " clusterPoolIPv4MaskSize: 24 } }",
        "cgroup: { autoMount: { enabled: false }, hostRoot: /sys/fs/cgroup }, securityContext:"
        " { capabilities: { ciliumAgent: [CHOWN], cleanCiliumState: [NET_ADMIN] } }",
        "gatewayAPI: { enabled: true }, envoy: { enabled: true }, l2announcements: { enabled: true },"
        " k8sClientRateLimit: { qps: 50, burst: 100 }, encryption: { enabled: true, type: wireguard }",
    ],
)
def test_values_of_the_field_are_known_to_every_release(version: str, text: str) -> None:
    known = "".join(f"{told(rule, f'cilium: {{ version: {version}, values: {{ {text} }} }}')}" for rule in ("X1", "X6"))
    assert known == "[][]"


@pytest.mark.parametrize(
    "text",
    [
        "ipam: [a], bpf: 5, l2announcements: x, egressGateway: [x], ingressController: true, loadBalancer: []",
        "bgpControlPlane: false, clustermesh: [1], devices: 7, l7Proxy: { a: b }, envoy: null, rollOutCiliumPods: []",
        "k8sClientRateLimit: [x], defaultLBServiceIPAM: [x], underlayProtocol: [x], identityAllocationMode: { a: b }",
        "envoyConfig: yes, nodePort: 3, kubeProxyReplacement: [], hubble: text, podLabels: { 1: 2 }",
    ],
)
def test_values_of_a_wrong_type_end_no_run(text: str) -> None:
    patch = INGRESS + egress(PLAIN) + manifest("CiliumEnvoyConfig", "cilium.io/v2") + values(text)
    assert isinstance(told("X1", "before: {}\n" + patch), list)
