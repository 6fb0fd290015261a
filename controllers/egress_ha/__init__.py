"""Highly available egress gateways on open-source Cilium: one program, which runs as two parts.

`replica`: the controller. Its replicas probe all gateways; the leader writes policies and their status.
`gateway`: the part on each gateway node. The part holds the node's egress addresses and answers probes.
`protocol`: code of both parts: the signed probes, their keys, and the API objects that both parts read.
`liveness`: when a probed target counts as up. The replica uses it for gateways, the gateway for its uplinks.

    probes of every gateway -> health -> view of each replica -> agreed health
    policies + nodes + agreed health -> placement + addresses -> CiliumEgressGatewayPolicies and status

The decision is pure: `quorum`, `candidates`, `placement`, `address_allocator`, `decision`, `cilium_policies` and
`policy_status` of the replica have no side effects. `replica.controller` and `gateway.process` are the two processes
that query and act.
"""
