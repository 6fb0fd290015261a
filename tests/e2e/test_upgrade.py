"""Cilium goes to a newer version: by the stack file, and by a drill that sends requests all the while."""

from __future__ import annotations

from typing import Any

import pytest

from lab.images import newer
from tests.e2e.harness import Edge

pytestmark = pytest.mark.thorough

OLD = "1.18.0"


@pytest.mark.alone
def test_a_drill_of_an_upgrade_loses_next_to_nothing_and_goes_back(edge: Edge) -> None:
    [outcome] = edge.drill("agents-upgraded")
    assert outcome["passed"], outcome
    assert edge.cilium_versions() == {OLD}
    # To the letter: nothing is left for `up` to put right.
    edge.run("refresh", "--preview-only", "--expect-no-changes")


def test_the_version_of_the_stack_is_the_one_that_runs(edge: Edge) -> None:
    def upgraded(stack: Any) -> None:
        stack["cilium"]["version"] = newer(OLD)

    edge.change(upgraded)
    edge.run("up")
    assert edge.cilium_versions() == {newer(OLD)}
    assert edge.verify()["green"]


def test_a_version_that_the_lab_cannot_run_is_told_before_anything_is_touched(edge: Edge) -> None:
    edge.change(lambda stack: stack["cilium"].update(version="1.17.9"))
    done = edge.run("up", ok=False)
    assert done.returncode == 1
    assert f"expected a version that a lab can run ({OLD}, {newer(OLD)}" in done.stderr and "got 1.17.9" in done.stderr
    assert edge.cilium_versions() == {OLD}
