"""Rules about LoadBalancer addresses: pools, requests, sharing."""
