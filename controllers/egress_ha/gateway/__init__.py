"""The part on each gateway node: it holds egress addresses, watches its uplinks, and answers probes.

`process`: the process and its round. `assignment`: the addresses that the node must have.
`address_holder`, `interfaces`: add the addresses to the node's interfaces, and remove them.
`conflict_detection`, `conflicts`, `arp`: other hosts that have or claim one of the addresses.
`uplinks`, `next_hop`: destinations without an uplink. `readiness`: whether the gateway accepts new traffic.
"""
