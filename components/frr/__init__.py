"""Router model -> frr.conf, and the scripts that put it on a router. No Pulumi in here."""
