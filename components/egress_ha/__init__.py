"""The HA form of egress policies on open-source Cilium: objects of the API, without Pulumi in them."""
