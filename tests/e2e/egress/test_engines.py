"""The Pulumi CLI takes over what the built-in engine deployed."""

from __future__ import annotations

import pytest

from tests.e2e.by_pulumi import ByPulumi, forget, hand_over
from tests.e2e.harness import Edge

pytestmark = pytest.mark.thorough


@pytest.mark.pulumi
def test_what_the_built_in_engine_deployed_is_handed_over(egress: Edge) -> None:
    pulumi = ByPulumi(egress)
    try:
        hand_over(egress, pulumi)
        pulumi.run("plan", "--expect-no-changes")
        assert set(pulumi.json("up")["counts"]) == {"same"}
    finally:
        forget(egress)
