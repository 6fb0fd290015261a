"""G1 beyond its fixtures: an egress gateway runs without BPF masquerading."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, egress, told, values


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (egress(PLAIN) + values("enableIPv4Masquerade: false"), ["error cilium.values.enableIPv4Masquerade: false"]),
        (egress(PLAIN) + values("enableIPv4Masquerade: 'false'"), ["error cilium.values.enableIPv4Masquerade: false"]),
        (values("bpf: { masquerade: false }, enableIPv4Masquerade: false"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G1", patch)) == sorted(expected)
