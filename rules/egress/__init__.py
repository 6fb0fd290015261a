"""Rules about egress gateways."""
