"""What the replicas and the gateways share: signed probes, their keys, and the objects of the API that both read."""
