"""The metrics for Prometheus, on /metrics of `metricsPort`."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from config.net import Address

LEADING = Gauge("egress_ha_leading", "1 while this replica leads")
SERVING = Gauge("egress_ha_gateway_serving", "1 while the controller uses the gateway", ["node"])
MOVES = Counter("egress_ha_policy_writes", "CiliumEgressGatewayPolicies written")
ERRORS = Counter("egress_ha_api_errors", "Failed calls of the API")
SECONDS = Histogram("egress_ha_decision_seconds", "CPU seconds of the decisions of one round")


def serve(port: int, address: str) -> None:
    """Serve the metrics on the port of the address."""
    start_http_server(port, address)


def health(serving: Mapping[Address, bool], names: Mapping[Address, str]) -> None:
    """Set the metric of each gateway. Gateways that are gone are removed."""
    SERVING.clear()
    for address, up in serving.items():
        SERVING.labels(names.get(address, str(address))).set(up)
