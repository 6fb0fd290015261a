"""X3 beyond its fixtures: the feature behind a custom resource is off."""

from __future__ import annotations

import pytest

from tests.rules.helpers import INGRESS, manifest, told, values

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

GATEWAYS = "gateways: [{ name: web, listeners: [{ name: http, port: 80 }] }]\n"
NO_CONTROLLER = "false: no controller creates its Service or its listeners"


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # Each switch, and the other ones that bring the Envoy kinds.
        (manifest("CiliumEnvoyConfig", "cilium.io/v2"), ["error manifests[0].kind: false"]),
        (manifest("CiliumEnvoyConfig", "cilium.io/v2") + values("envoyConfig: { enabled: true }"), []),
        (manifest("CiliumClusterwideEnvoyConfig", "cilium.io/v2") + INGRESS, []),
        (manifest("CiliumEnvoyConfig", "cilium.io/v2") + values("loadBalancer: { l7: { backend: envoy } }"), []),
        (manifest("CiliumLocalRedirectPolicy", "cilium.io/v2"), ["error manifests[0].kind: false"]),
        (
            manifest("CiliumLocalRedirectPolicy", "cilium.io/v2") + values("localRedirectPolicies: { enabled: true }"),
            [],
        ),
        (manifest("CiliumLocalRedirectPolicy", "cilium.io/v2") + values("localRedirectPolicy: true"), []),
        (manifest("CiliumBGPAdvertisement", "cilium.io/v2"), []),
        (manifest("CiliumBGPAdvertisement", "cilium.io/v2") + "bgp: null\n", ["error manifests[0].kind: false"]),
        (manifest("ConfigMap", "v1"), []),
        (GATEWAYS, [f"error gateways[0].gatewayClassName: {NO_CONTROLLER}"]),
        (GATEWAYS + "gatewayController: {}\n", []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("X3", patch)) == sorted(expected)


@pytest.mark.parametrize(("kind", "switch", "version"), FEATURES)
def test_a_kind_needs_its_feature(kind: str, switch: str, version: str) -> None:
    off = "bgp: null\n" + manifest(kind, f"cilium.io/{version}")
    assert told("X3", off) == ["error manifests[0].kind: false"]
    assert told("X3", off + values(switch)) == []
    # A switch of another feature does not help.
    if "Redirect" not in kind and "Envoy" not in kind:
        others = "localRedirectPolicies: { enabled: true }, gatewayAPI: { enabled: true }"
        assert told("X3", off + values(others)) == ["error manifests[0].kind: false"]
