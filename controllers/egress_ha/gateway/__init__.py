"""The part on each gateway node: it holds egress addresses, watches its uplinks, and answers probes.

`process`: the process and its round. `assignment`: which addresses the node is to have.
`address_holder`, `interfaces`: how the addresses come to the node's interfaces, and leave them.
`conflict_detection`, `conflicts`, `arp`: other hosts that have, or claim, one of the addresses.
`uplinks`, `next_hop`: which destinations the node has no uplink to. `readiness`: when new traffic may come.
"""
