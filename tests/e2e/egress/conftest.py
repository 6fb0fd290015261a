"""One lab for all of it. After every test no address has two holders, and none is left that nobody gave."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.e2e.egress.helpers import GATEWAYS, ours
from tests.e2e.harness import Edge, deployed, until


@pytest.fixture(scope="package")
def _egress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with deployed(tmp_path_factory.mktemp("egress") / "project", "egress") as edge:
        yield edge


@pytest.fixture
def egress(_egress: Edge) -> Iterator[Edge]:
    yield _egress
    assert twice(_egress) == set()
    # What was released goes with its lifetime at the latest.
    until(lambda: leaked(_egress) == set(), 15, "every address on a gateway is one that it was given")


def twice(edge: Edge) -> set[str]:
    """Addresses that more than one gateway has."""
    held = [address for host in GATEWAYS for address in ours(edge, host)]
    return {address for address in held if held.count(address) > 1}


def leaked(edge: Edge) -> set[str]:
    """Addresses that a gateway has and no policy gave to it."""
    listed = edge.kubectl("get", "egressgatewayhapolicies", "-o", "json", "--ignore-not-found", ok=False)
    given = {
        address
        for item in json.loads(listed or '{"items": []}')["items"]
        for group in item.get("status", {}).get("groupStatuses", [])
        for address in group.get("egressIPByGatewayIP", {}).values()
    }
    return {address for host in GATEWAYS for address in ours(edge, host)} - given
