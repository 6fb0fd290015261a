"""Rules about Cilium's Ingress controller, about Gateways, and about the policies around both."""
