"""R5 beyond its fixtures: the next hop of a static route is on no link of its host."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.rules.helpers import Edit, told_after
from tests.rules.test_fixtures import HERE


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: d["nodes"][0]["routes"].append({"to": "10.0.0.0/8", "via": "203.0.113.1"})],
            ["warning nodes[0].routes[1].via"],
        ),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("R5", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: d["routers"][0].update(staticRoutes=[{"to": "10.50.0.0/16", "via": "203.0.113.1"}])],
            ["error routers[0].staticRoutes[0].via"],
        ),
        (
            [
                lambda d: d["routers"][0].update(
                    staticRoutes=[{"to": "10.50.0.0/16", "via": "203.0.113.1", "interface": "eth1"}]
                )
            ],
            [],
        ),
        (
            [lambda d: d["routers"][0].update(staticRoutes=[{"to": "fd00::/64", "via": "fd00:1::1"}])],
            ["error routers[0].staticRoutes[0].via"],
        ),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("R5", *edits) == expected


def in_containers(document: Any) -> None:
    """The shipped stack of containers, in place of the stack of a lab."""
    shipped = yaml.safe_load((HERE.parents[1] / "Pulumi.docker.yaml").read_text())
    document.clear()
    document.update(shipped["config"]["cilium-edge:stack"])


def test_routes_that_the_program_sets_need_a_next_hop_on_a_link() -> None:
    """The kernel of a container refuses them, and `up` fails."""

    def edit(d: Any) -> None:
        d["nodes"][1]["defaultGateway"] = "10.0.0.1"
        d["nodes"][2]["routes"] = [{"to": "10.0.0.0/8", "via": "203.0.113.1"}]

    said = ["error nodes[1].defaultGateway", "error nodes[2].routes[0].via"]
    assert told_after("R5", in_containers, edit) == said
    # In a cloud, a gateway is often on no link of a node with a prefix of 32 bits.
    assert told_after("R5", lambda d: d["nodes"][1].update(defaultGateway="10.0.0.1")) == []
