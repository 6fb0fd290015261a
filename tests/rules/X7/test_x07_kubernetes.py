"""X7 beyond its fixtures: This Cilium release is not tested with the Kubernetes version."""

from __future__ import annotations

import pytest

from tests.rules.helpers import told


@pytest.mark.parametrize(
    ("version", "first", "last"),
    [
        ("1.16.5", 27, 30),
        ("1.17.4", 29, 32),
        ("1.18.0", 30, 33),
        ("1.19.1", 31, 34),
        ("1.19.7", 32, 35),
        ("1.20.2", 33, 36),
    ],
)
def test_kubernetes_is_one_that_the_release_is_tested_with(version: str, first: int, last: int) -> None:
    for minor in range(first - 2, last + 3):
        got = told("X7", f"cilium: {{ version: {version} }}\ncluster: {{ kubernetes: '1.{minor}' }}\n")
        assert got == ([] if first <= minor <= last else [f"warning cluster.kubernetes: 1.{minor}"])
