"""The taints that kubeadm and the Node objects get: each key and effect once."""

from __future__ import annotations

from typing import Any

import pytest

from components.docker.kubeadm import taints
from tests.config.containers import changed, told

STANDARD = {"key": "node-role.kubernetes.io/control-plane", "value": "", "effect": "NoSchedule"}
OTHER = {"key": "a", "value": "x", "effect": "NoSchedule"}


def of_control_plane(name: str, *written: dict[str, str]) -> list[dict[str, str]]:
    def add(document: Any) -> None:
        document["nodes"][0]["taints"] = [*written]

    return taints(changed(name, add).nodes[0])


@pytest.mark.parametrize("name", ["docker", "kind"])
def test_the_taint_of_a_control_plane_is_there_once(name: str) -> None:
    assert of_control_plane(name) == [STANDARD]
    assert of_control_plane(name, STANDARD) == [STANDARD]
    assert of_control_plane(name, OTHER) == [STANDARD, OTHER]
    assert of_control_plane(name, {**STANDARD, "effect": "NoExecute"}) == [
        STANDARD,
        {**STANDARD, "effect": "NoExecute"},
    ]


def test_a_worker_has_its_own_taints() -> None:
    assert taints(changed("docker").nodes[1]) == []


def test_two_taints_of_one_key_and_effect_are_refused() -> None:
    both = [OTHER, {**OTHER, "value": "y"}]
    [line] = told("docker", lambda d: d["nodes"][1].update(taints=both))
    assert line.startswith(
        "nodes[1].taints: expected each pair of key and effect once (the API refuses a NoSchedule 2 times), got "
    )
    assert told("docker", lambda d: d["nodes"][1].update(taints=[OTHER, {**OTHER, "effect": "NoExecute"}])) == []
