"""X4: This Cilium version does not serve an object's apiVersion.

Why: The BGP kinds and the LB pool are v2alpha1 up to Cilium 1.17, and v2 from 1.18 on. Cilium 1.19 has no
CiliumBGPPeeringPolicy. L2 policies are still v2alpha1.
Seen: In the API server's error (no matches for kind).
Since: 1.16
Source: the CRDs of each release

Bad: `apiVersion: cilium.io/v2` for a CiliumBGPPeerConfig on 1.17
Good: `apiVersion: cilium.io/v2alpha1`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error

_BGP = (
    "CiliumBGPAdvertisement",
    "CiliumBGPClusterConfig",
    "CiliumBGPNodeConfig",
    "CiliumBGPNodeConfigOverride",
    "CiliumBGPPeerConfig",
)
_ALPHA = ("CiliumL2AnnouncementPolicy", "CiliumPodIPPool", "CiliumEndpointSlice")
_STABLE = (
    "CiliumEgressGatewayPolicy",
    "CiliumNetworkPolicy",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNode",
    "CiliumEnvoyConfig",
    "CiliumClusterwideEnvoyConfig",
    "CiliumLocalRedirectPolicy",
)


_INSTEAD = {
    "CiliumBGPPeeringPolicy": "use CiliumBGPClusterConfig",
    "CiliumExternalWorkload": "take it out",
    "CiliumGatewayClassConfig": "take Cilium 1.18 or newer",
}


def served(kind: str, exact: tuple[int, int, int]) -> tuple[str, ...] | None:
    """The versions of a kind that a release serves. None: the kind is not Cilium's."""
    release = exact[:2]
    if kind in (*_BGP, "CiliumLoadBalancerIPPool", "CiliumCIDRGroup"):
        # From 1.18 on, the older version is deprecated but still served.
        return ("cilium.io/v2", "cilium.io/v2alpha1") if release >= (1, 18) else ("cilium.io/v2alpha1",)
    if kind == "CiliumBGPPeeringPolicy":
        return () if release >= (1, 19) else ("cilium.io/v2alpha1",)
    if kind == "CiliumNodeConfig":
        gone = (1, 20, 0) <= exact < (1, 20, 2)
        return ("cilium.io/v2",) if gone else ("cilium.io/v2", "cilium.io/v2alpha1")
    if kind == "CiliumExternalWorkload":
        return () if release >= (1, 18) else ("cilium.io/v2",)
    if kind == "CiliumGatewayClassConfig":
        return ("cilium.io/v2alpha1",) if release >= (1, 18) else ()
    if kind in _ALPHA:
        return ("cilium.io/v2alpha1",)
    return ("cilium.io/v2",) if kind in _STABLE else None


def check(facts: Facts) -> Iterator[Finding]:
    """Checks only the stack's manifests, because components use the right version."""
    for i, item in enumerate(facts.stack.manifests):
        versions = served(item.kind, facts.stack.cilium.exact)
        if versions is not None and item.api_version not in versions:
            release = ".".join(map(str, facts.release))
            yield error(
                f"manifests[{i}].apiVersion",
                f"{versions[0] if versions else 'another kind'} (Cilium {release})",
                f"{item.api_version} {item.kind}",
                f"set apiVersion: {versions[0]}" if versions else _INSTEAD[item.kind],
            )
