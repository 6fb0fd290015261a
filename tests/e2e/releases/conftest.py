"""The dev stack on each release that a lab can run.

A rule that speaks is waived, and the programs show what the rule says. Where the rule is silent, they have to do what
was declared.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.toolchain.recipes import DEFAULT_CILIUM, LATER_CILIUM
from tests.e2e.harness import Edge

VERSIONS = [DEFAULT_CILIUM.version, *(each.version for each in LATER_CILIUM)]


@pytest.fixture(scope="package", params=VERSIONS)
def edge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """The dev stack on a release."""
    edge = Edge(tmp_path_factory.mktemp("release") / "project", "dev")
    cilium = edge.original["config"]["cilium-edge:stack"]["cilium"]
    cilium["version"] = request.param
    # What the ConfigMap says, agents read when they start.
    cilium["values"].update(rollOutCiliumPods=True, operator={"replicas": 1, "rollOutPods": True})
    edge.reset()
    try:
        edge.run("up", timeout=2400)
        yield edge
    finally:
        edge.reset()
        edge.run("down", ok=False)
