"""CiliumIngress: Ingresses, and who may ask them."""
