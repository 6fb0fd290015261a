"""EgressGatewayHA, the objects of its controller, and the addresses of gateways on their hosts."""
