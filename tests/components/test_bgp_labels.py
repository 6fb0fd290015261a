"""Which nodes get the labels of BGP."""

from __future__ import annotations

import pytest

from config.load import parse
from tests.components.program import declared
from tests.config.dev_stack import document


@pytest.mark.parametrize(("value", "labelled"), [("false", False), ("true", True)])
def test_a_nodes_own_label_wins(value: str, labelled: bool) -> None:
    """The rules count the node out, too: no router expects its session."""
    stack = document()
    stack["nodes"][1]["labels"] = {"enable-bgp": value}
    names = {name for _, name, _ in declared(parse(stack, "dev")) if name.startswith("bgp-label-")}
    assert ("bgp-label-cilium-w1" in names) is labelled and "bgp-label-cilium-w2" in names
