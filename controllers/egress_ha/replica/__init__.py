"""A replica of the controller's Deployment. All replicas watch and probe; the leader decides and writes.

`controller`: the process and its round. `leader_election`: which replica leads.
`gateway_views`, `quorum`: the replicas' views of the gateways, and their agreement.
`members`, `declared_policy`, `observations`: nodes, policies, and other input of a decision.
`address_ledger`, `address_allocator`: the possible holders of each egress address, and its assignment.
`candidates`, `placement`, `decision`: the gateways that may serve, their pods, and the decision for a policy.
`cilium_policies`, `policy_status`, `policy_writer`, `event_recorder`, `metrics`: what the leader writes and reports.
"""
