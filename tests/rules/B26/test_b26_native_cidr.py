"""B26 beyond its fixtures: native routing with masquerading has no native routing prefix."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, helm, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: d["cilium"].pop("nativeRoutingCIDR"), lambda d: d["cilium"].update(routingMode="tunnel")], []),
        ([lambda d: d["cilium"].pop("nativeRoutingCIDR"), helm(enableIPv4Masquerade=False)], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B26", *edits) == expected


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param(
            [lambda d: d["cilium"].pop("nativeRoutingCIDR"), helm(ipMasqAgent={"enabled": True})],
            id="ip-masq-agent-needs-no-prefix",
        ),
    ],
)
def test_a_right_stack_is_not_objected_to(edits: list[Edit]) -> None:
    assert told_after("B26", *edits) == []


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            [helm(ipv6={"enabled": True})],
            ["error cilium.values.ipv6NativeRoutingCIDR"],
            id="ipv6-masquerade-without-a-prefix",
        ),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B26", *edits) == expected
