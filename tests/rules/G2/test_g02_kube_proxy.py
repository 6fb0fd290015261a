"""G2 beyond its fixtures: an egress gateway runs without kube-proxy replacement."""

from __future__ import annotations

import pytest

from tests.rules.helpers import told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("cilium: { kubeProxyReplacement: false }\n", []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G2", patch)) == sorted(expected)
