"""The lab of the session, from one deployment straight to the next; the shipped stack when a file is through."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.harness import Edge
from tests.e2e.truth.case import heal


@pytest.fixture(scope="module")
def lab(_lab: Edge) -> Iterator[Edge]:
    yield _lab
    heal(_lab)
