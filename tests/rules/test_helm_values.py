"""Helm values that several rules look at: keys that are gone, keys of the field, and values of a wrong type."""

from __future__ import annotations

import pytest

from tests.rules.helpers import INGRESS, PLAIN, egress, manifest, told, values


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
