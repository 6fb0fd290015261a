"""X4 beyond its fixtures: This Cilium version does not serve an object's apiVersion."""

from __future__ import annotations

import pytest

from tests.rules.helpers import manifest, told

LATE = "cilium: { version: 1.19.1 }\n"
OLD, NEW = ("1.16.5", "1.17.4"), ("1.18.0", "1.19.1", "1.20.2")


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # Per release and kind.
        (manifest("CiliumBGPPeerConfig", "cilium.io/v2alpha1"), []),
        (manifest("CiliumLoadBalancerIPPool", "cilium.io/v2"), []),
        (
            "cilium: { version: 1.16.5 }\n" + manifest("CiliumLoadBalancerIPPool", "cilium.io/v2"),
            ["error manifests[0].apiVersion: cilium.io/v2 CiliumLoadBalancerIPPool"],
        ),
        (
            manifest("CiliumL2AnnouncementPolicy", "cilium.io/v2"),
            ["error manifests[0].apiVersion: cilium.io/v2 CiliumL2AnnouncementPolicy"],
        ),
        (manifest("CiliumBGPPeeringPolicy", "cilium.io/v2alpha1"), []),
        (
            LATE + manifest("CiliumBGPPeeringPolicy", "cilium.io/v2alpha1"),
            ["error manifests[0].apiVersion: cilium.io/v2alpha1 CiliumBGPPeeringPolicy"],
        ),
        (
            manifest("CiliumEgressGatewayPolicy", "cilium.io/v2alpha1"),
            ["error manifests[0].apiVersion: cilium.io/v2alpha1 CiliumEgressGatewayPolicy"],
        ),
        (manifest("Deployment", "apps/v1"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("X4", patch)) == sorted(expected)


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
