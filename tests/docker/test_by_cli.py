"""Stacks of containers from nothing to nothing by the Pulumi CLI with its own providers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docker.conftest import Containers, prepared
from tests.e2e.by_pulumi import ByPulumi, hand_over

pytestmark = [pytest.mark.docker, pytest.mark.pulumi]


@pytest.mark.parametrize("shipped", ["docker", "kind"])
def test_the_cli_builds_and_removes_it(shipped: str, tmp_path: Path, engine: None) -> None:
    edge = Containers(tmp_path / "project", shipped)
    prepared(edge)
    before, pulumi = edge.volumes(), ByPulumi(edge)
    try:
        pulumi.run("up", timeout=600)
        found = pulumi.verify()
        assert found["green"], found
        pulumi.run("plan", "--expect-no-changes")
        # The built-in engine has nothing to do with the same state.
        hand_over(pulumi, edge)
        edge.run("plan", "--expect-no-changes")
        edge.run("refresh", "--preview-only", "--expect-no-changes")
        pulumi.run("refresh", timeout=300)
        pulumi.run("plan", "--expect-no-changes")
        pulumi.run("destroy", "--yes", timeout=300)
        assert edge.left() == [] and edge.volumes() <= before
    finally:
        pulumi.run("destroy", "--yes", ok=False, timeout=300)
        edge.run("destroy", "--yes", ok=False)
