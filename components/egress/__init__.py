"""EgressGatewayHA, the objects of its controller, and the addresses that gateways get on their hosts."""
