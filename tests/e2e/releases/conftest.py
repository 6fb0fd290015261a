"""The dev stack on each release that a lab can run.

A rule that speaks is waived, and the programs show what the rule says. Where the rule is silent, they have to do what
was declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lab.toolchain.recipes import DEFAULT_CILIUM, LATER_CILIUM
from tests.e2e.harness import Edge, deployed

VERSIONS = [DEFAULT_CILIUM.version, *(each.version for each in LATER_CILIUM)]


@pytest.fixture(scope="package", params=VERSIONS)
def edge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """The dev stack on a release."""

    def base(stack: Any) -> None:
        stack["cilium"]["version"] = request.param
        # What the ConfigMap says, agents read when they start.
        stack["cilium"]["values"].update(rollOutCiliumPods=True, operator={"replicas": 1, "rollOutPods": True})

    # The first lab of a release builds what it runs.
    with deployed(tmp_path_factory.mktemp("release") / "project", base=base, timeout=2400) as edge:
        yield edge
