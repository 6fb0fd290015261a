"""RouterFRR: a Router as frr.conf, and the scripts that apply it on a host."""
