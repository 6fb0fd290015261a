"""One lab for the session; each test starts from the shipped stack, deployed and green."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.e2e.harness import Edge, deployed


@pytest.fixture(scope="session")
def _lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    if os.geteuid() != 0:
        pytest.skip("the lab needs root")
    with deployed(tmp_path_factory.mktemp("e2e") / "project") as edge:
        yield edge


@pytest.fixture
def edge(_lab: Edge) -> Iterator[Edge]:
    """The deployed stack. What a test changes is put back by `up` of the shipped stack file."""
    yield _lab
    _lab.reset()
    _lab.run("up")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in str(item.path):
            item.add_marker(pytest.mark.lab)
        if "tests/e2e/egress/" in str(item.path):
            item.add_marker(pytest.mark.alone)  # its timers are tenths of a second
        if "tests/e2e/truth/" in str(item.path):
            item.add_marker(pytest.mark.thorough)
        if item.get_closest_marker("pulumi") and shutil.which("pulumi") is None:
            item.add_marker(pytest.mark.skip(reason="no pulumi CLI on PATH"))
