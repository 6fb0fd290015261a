"""LbIpam: addresses of LoadBalancer Services."""
