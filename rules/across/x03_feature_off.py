"""X3: A custom resource whose kind only exists behind a feature that is off.

Why: the operator registers most CRDs for enabled features only; without the flag the API does not know the
kind. An L2 policy's is always there: the object is taken and does nothing.
Seen: the API's error; nowhere for an L2 policy.
Since: 1.16
Source: Cilium pkg/k8s/apis/cilium.io/client/register.go

Bad: a CiliumEgressGatewayPolicy under `manifests` with `egressGateway.enabled: false`
Good: `values: { egressGateway: { enabled: true } }` with it
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
# What else registers the Envoy kinds.
_ENVOY = ("ingressController.enabled", "gatewayAPI.enabled", "loadBalancer.l7.backend")


def check(facts: Facts) -> Iterator[Finding]:
    """The stack's own manifests; declared parts switch their feature on by themselves."""
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
                f"{path}.kind",
                f"gatewayAPI.enabled: true with a Gateway of class cilium ({gateway.name})",
                "false: nobody makes its Service or its listeners",
                "add gatewayController: {}, or set cilium.values.gatewayAPI.enabled: true",
            )
