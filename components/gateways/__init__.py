"""CiliumGateways: the Gateway API."""
