"""I12: A Gateway on the host network expects an address from a pool.

Why: With `gatewayAPI.hostNetwork` the Service of a Gateway is not a LoadBalancer Service. The Service gets no
address from a pool, and neither BGP nor L2 announces an address. The listeners use the nodes' addresses.
Seen: Nowhere. The Gateway has no address.
Since: 1.16
Source: Cilium operator/pkg/model/translation/gateway-api; cilium/cilium #38123

Bad: `gatewayAPI: { hostNetwork: { enabled: true } }` with a pool that only Gateways would use
Good: no hostNetwork, or no such pool
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.host_network import host_network
from effective.made import gateways
from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Reports pools that no other Service uses, and addresses that Gateways request."""
    if not facts.on("gatewayAPI.enabled") or host_network(facts.helm, "gatewayAPI") is None:
        return
    controller = facts.stack.gateway_controller
    declared = controller is not None and controller.host_network is not None
    found = list(gateways(facts.stack))
    asking = [path for path, item in found if item.addresses]
    if asking or (found and facts.stack.pools and not facts.addressed):
        yield warning(
            "gatewayController.hostNetwork" if declared else "cilium.values.gatewayAPI.hostNetwork.enabled",
            "no host network for a Gateway with an address from a pool",
            "a host network, which makes its Service no LoadBalancer",
            f"remove hostNetwork, or {f'{asking[0]}.addresses' if asking else 'the pool'}",
        )
