"""The controller, as its replicas run in the Deployment. All replicas watch and probe; the leader decides and writes.

`controller`: the process and its round. `leader_election`: which replica leads.
`gateway_views`, `quorum`: how the replicas see the gateways, and what the replicas agree on.
`members`, `declared_policy`, `observations`: nodes, policies, and what else a decision rests on.
`address_ledger`, `address_allocator`: who may have which egress address, and who gets which one.
`candidates`, `placement`, `decision`: who may serve, who serves which pods, and what follows for a policy.
`cilium_policies`, `policy_status`, `policy_writer`, `event_recorder`, `metrics`: what the leader writes and reports.
"""
