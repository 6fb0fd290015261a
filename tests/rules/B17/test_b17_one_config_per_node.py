"""B17 beyond its fixtures: two cluster configs select the same node."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, nodes, second_config, sentences, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([second_config({"matchLabels": {"no": "node"}})], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B17", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [nodes(6), second_config()],
            [
                "nodes that cilium-bgp does not select | n0, n1, n2, n3, n4 and 1 more | make the "
                "selectors exclude each other"
            ],
        ),
        (
            [nodes(5), second_config()],
            ["nodes that cilium-bgp does not select | n0, n1, n2, n3, n4 | make the selectors exclude each other"],
        ),
    ],
)
def test_a_sentence(edits: list[Edit], expected: list[str]) -> None:
    assert sentences("B17", *edits) == expected
