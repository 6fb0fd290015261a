"""L1 beyond its fixtures: L2 announcements run without kube-proxy replacement."""

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
    assert sorted(told("L1", patch)) == sorted(expected)
