"""The part on each gateway node: it holds egress addresses, watches its uplinks, and answers probes."""
