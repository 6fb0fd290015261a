"""Highly available egress gateways on open-source Cilium: one program, which runs as two parts.

`replica`: the controller. Its replicas probe all gateways; the leader writes policies and their status.
`gateway`: the part on each gateway node. The part holds the node's egress addresses and answers probes.
`protocol`: what both parts share: the signed probes, their keys, and the objects of the API that both read.
`liveness`: when something that is probed counts as up. The replica judges gateways so, the gateway its uplinks.

    probes of every gateway -> health -> view of each replica -> agreed health
    policies + nodes + agreed health -> placement + addresses -> CiliumEgressGatewayPolicies and status

The decision is pure: `quorum`, `candidates`, `placement`, `address_allocator`, `decision`, `cilium_policies` and
`policy_status` of the replica ask nobody. `replica.controller` and `gateway.process` are the two processes that ask
and act.
"""
