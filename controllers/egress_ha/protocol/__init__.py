"""What the replicas and the gateways share: signed probes, their keys, and the objects of the API that both read.

`prober`, `responder`: who asks and who answers. `gateway_state`: what a gateway answers.
`wire`: questions and answers as bytes. `keys`, `key_sync`: what signs them. `listener`, `udp_filter`: their sockets.
`informer`: a cache of the API's objects. `status`: who has which address, as a policy's status says.
"""
