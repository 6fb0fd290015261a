"""Taking the egress stack away, the last thing that is done to it."""

from __future__ import annotations

import pytest

from tests.e2e.egress.helpers import (
    GATEWAYS,
    addresses,
    holders,
)
from tests.e2e.harness import Edge, until

pytestmark = pytest.mark.thorough


def test_destroy_with_a_frozen_gateway_goes_as_far_as_it_can_and_ends_later(egress: Edge) -> None:
    host = GATEWAYS[0]
    egress.fault("freeze", host)
    try:
        done = egress.run("destroy", "--yes", ok=False)
        assert done.returncode == 1 and host in done.stderr
    finally:
        egress.fault("thaw", host)
    # Whatever the frozen one had, nobody else was given.
    assert all(len(holders(egress, address)) <= 1 for address in ("172.18.0.84", "172.18.0.85"))


def test_destroy_leaves_nothing(egress: Edge) -> None:
    egress.run("destroy", "--yes")
    for host in GATEWAYS:
        until(lambda host=host: not addresses(egress, host) & {"172.18.0.84", "172.18.0.85"}, 15, "no address is left")  # type: ignore[misc]
        assert "net0" not in egress.on(host, "ip -o link show")
        assert egress.on(host, "ls /etc/cilium-edge 2>/dev/null || true") == ""
    left = egress.kubectl("get", "deployments,daemonsets,clusterroles,crd", "-A", "-o", "name")
    assert "egress-ha" not in left and "cilium-edge.io" not in left
