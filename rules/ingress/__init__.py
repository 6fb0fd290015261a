"""Rules about Cilium's Ingress controller and the policies around it."""
