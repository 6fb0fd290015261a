"""X3: The feature behind a custom resource is off.

Why: The operator registers most CRDs only for features that are on. Without the feature the API server does not
know the kind. The CRD of L2 policies always exists: the API server accepts an L2 policy, and the policy has no
effect.
Seen: In the API server's error. Nowhere for an L2 policy.
Since: 1.16
Source: Cilium pkg/k8s/apis/cilium.io/client/register.go

Bad: a CiliumEgressGatewayPolicy under `manifests` with `egressGateway.enabled: false`
Good: the same object with `values: { egressGateway: { enabled: true } }`
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.made import gateways
from rules.facts import Facts
from rules.finding import Finding, error

_SWITCH = {
    "CiliumEgressGatewayPolicy": "egressGateway.enabled",
    "CiliumL2AnnouncementPolicy": "l2announcements.enabled",
    "CiliumBGPClusterConfig": "bgpControlPlane.enabled",
    "CiliumBGPPeerConfig": "bgpControlPlane.enabled",
    "CiliumBGPAdvertisement": "bgpControlPlane.enabled",
    "CiliumBGPNodeConfigOverride": "bgpControlPlane.enabled",
    "CiliumLocalRedirectPolicy": "localRedirectPolicy",
    "CiliumEndpointSlice": "ciliumEndpointSlice.enabled",
    "CiliumEnvoyConfig": "envoyConfig.enabled",
    "CiliumClusterwideEnvoyConfig": "envoyConfig.enabled",
}
# Features that register the Envoy kinds.
_ENVOY = ("ingressController.enabled", "gatewayAPI.enabled", "loadBalancer.l7.backend")


def check(facts: Facts) -> Iterator[Finding]:
    """Checks only the stack's manifests, because declared sections enable their features."""
    for i, item in enumerate(facts.stack.manifests):
        switch = _SWITCH.get(item.kind)
        if switch is None or facts.on(switch):
            continue
        if item.kind == "CiliumLocalRedirectPolicy" and facts.on("localRedirectPolicies.enabled"):
            continue
        if switch == "envoyConfig.enabled" and any(facts.on(k) or facts.helm(k) == "envoy" for k in _ENVOY):
            continue
        yield error(
            f"manifests[{i}].kind", f"{switch}: true with {item.kind}", "false", f"set cilium.values.{switch}: true"
        )
    if not facts.on("gatewayAPI.enabled"):
        for path, gateway in gateways(facts.stack):
            yield error(
                f"{path}.gatewayClassName",
                f"gatewayAPI.enabled: true with a Gateway of class cilium ({gateway.name})",
                "false: no controller creates its Service or its listeners",
                "add gatewayController: {}, or set cilium.values.gatewayAPI.enabled: true",
            )
