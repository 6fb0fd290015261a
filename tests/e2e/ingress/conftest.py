"""One lab for all of it. Each test starts from the shipped stack; what a test made by hand, it takes away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.harness import Edge, deployed


@pytest.fixture(scope="package")
def _ingress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with deployed(tmp_path_factory.mktemp("ingress") / "project", "ingress") as edge:
        yield edge


@pytest.fixture
def ingress(_ingress: Edge) -> Iterator[Edge]:
    yield _ingress
    _ingress.reset()
    # What a test changed by hand is drift.
    _ingress.run("up", "--refresh")
    assert _ingress.verify()["green"]
