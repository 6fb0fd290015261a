"""RouterFRR: a Router as frr.conf, and the scripts that put it on a host."""
