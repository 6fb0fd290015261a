"""Highly available egress gateways on open-source Cilium.

    probes of every gateway -> health -> view of each replica -> agreed health
    policy + nodes + agreed health -> placement + addresses -> CiliumEgressGatewayPolicies and status

What is decided is pure (health, vantage, placement, addresses, policies, status); `controller` and `node`
are the two processes that ask the world and act on it.
"""
