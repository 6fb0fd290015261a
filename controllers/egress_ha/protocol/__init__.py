"""Code that replicas and gateways share: signed probes, their keys, and the API objects that both read.

`prober`, `responder`: the two ends of a probe. `gateway_state`: the answer of a gateway.
`wire`: questions and answers as bytes. `keys`, `key_sync`: their signing keys. `listener`, `udp_filter`: their sockets.
`informer`: a cache of API objects. `status`: the address of each gateway, from a policy's status.
"""
