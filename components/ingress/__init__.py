"""CiliumIngress: Ingresses, and the clients that they admit."""
