"""B23 beyond its fixtures: auto-discovery finds a default gateway that is not the router."""

from __future__ import annotations

import pytest

from tests.rules.helpers import INSTANCE, Edit, discovered, gateways, peer, sentences, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [
                lambda d: peer(d).pop("address"),
                lambda d: peer(d).update(defaultGateway="ipv4"),
                lambda d: d["cilium"].update(version="1.17.4"),
            ],
            [f"error {INSTANCE}.peers[0].defaultGateway"],
        ),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B23", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [
                lambda d: d["nodes"].__delitem__(slice(1, None)),
                lambda d: d.update(workloads=[]),
                lambda d: d["nodes"][0].update(defaultGateway="192.168.10.1"),
                lambda d: (peer(d).pop("address"), peer(d).update(defaultGateway="ipv4")),
            ],
            [
                "the ipv4 address of a router of this stack | 192.168.10.1 | "
                "set the node's default gateway to the router, or name the peer's address"
            ],
        ),
    ],
)
def test_a_sentence(edits: list[Edit], expected: list[str]) -> None:
    assert sentences("B23", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            [gateways, discovered("ipv6")],
            [f"error nodes[{i}].defaultGateway" for i in range(4)],
            id="auto-discovery-of-the-other-family",
        ),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B23", *edits) == expected
