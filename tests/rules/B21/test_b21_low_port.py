"""B21 beyond its fixtures: a BGP listener uses a port below 1024 without NET_BIND_SERVICE."""

from __future__ import annotations

import pytest

from tests.rules.helpers import INSTANCE, Edit, helm, instance, override, peer_override, told_after

LOW_PORT: Edit = lambda d: instance(d).update(localPort=179)  # noqa: E731


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([LOW_PORT, helm(securityContext={"privileged": True})], []),
        ([LOW_PORT, helm(securityContext={"capabilities": {"ciliumAgent": ["NET_BIND_SERVICE"]}})], []),
        ([LOW_PORT, helm(securityContext={"capabilities": {"ciliumAgent": None}})], [f"error {INSTANCE}.localPort"]),
        ([lambda d: instance(d).update(localPort=1024)], []),
        ([lambda d: instance(d).update(localPort=1023)], [f"error {INSTANCE}.localPort"]),
        ([override(("cilium-w1", {"localPort": 179}))], ["error bgp.nodeOverrides[0].instances[0].localPort"]),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B21", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            [peer_override("cilium-w1", name="tor-switch", localPort=179)],
            ["error bgp.nodeOverrides[0].instances[0].peers[0].localPort"],
            id="low-port-of-a-peer-override",
        ),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B21", *edits) == expected
