"""Objects that somebody changed or deleted, told with who did it; and what the API adds, which is no change."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from probes.declared_objects import declared, judge
from probes.observations import Observations
from probes.verdict import Verdict
from tests.probes.recorded import dev

Change = Callable[[dict[str, Any]], object]
KEYS = {"CiliumBGPAdvertisement": "advertisements"}
MINE = {"manager": "cilium-edge", "time": "2026-11-20T09:00:00Z", "operation": "Apply"}
THEIRS = {"manager": "kubectl-edit", "time": "2026-11-21T09:00:00Z", "operation": "Update"}


def live() -> dict[str, dict[str, Any]]:
    """Kind -> its (first) object, with what the API adds."""
    found: dict[str, dict[str, Any]] = {}
    for one in copy.deepcopy(list(declared(dev()))):
        one["metadata"] |= {"uid": "u", "managedFields": [{**MINE, "fieldsV1": {"f:spec": {"f:bgpInstances": {}}}}]}
        one["spec"]["added"] = {"by": "the API"}
        found.setdefault(one["kind"], one)
        found[f"{one['kind']} {one['metadata']['name']}"] = one
    return found


def found(change: Change, more: dict[str, list[Any]] | None = None) -> list[Verdict]:
    objects = live()
    change(objects)
    listed: dict[str, list[Any]] = {}
    for key, one in objects.items():
        if " " in key:
            listed.setdefault(KEYS.get(one["kind"], one["kind"]), []).append(one)
    return list(judge(dev(), Observations(objects={**listed, **(more or {})})))


def peers(objects: dict[str, Any]) -> Any:
    spec = objects["CiliumBGPClusterConfig"]["spec"]
    objects["CiliumBGPClusterConfig"]["metadata"]["managedFields"].append(
        {**THEIRS, "fieldsV1": {"f:spec": {"f:bgpInstances": {}}}}
    )
    return spec["bgpInstances"][0]


def test_what_the_api_adds_is_no_change() -> None:
    assert found(lambda objects: None) == []


CASES: dict[str, tuple[Change, str, str]] = {
    "a number in a list": (
        lambda o: peers(o).update(localASN=65009),
        "CiliumBGPClusterConfig cilium-bgp",
        "spec.bgpInstances[0].localASN of CiliumBGPClusterConfig cilium-bgp was changed by kubectl-edit at"
        " 2026-11-21T09:00:00Z",
    ),
    "an address": (
        lambda o: peers(o)["peers"][0].update(peerAddress="192.168.10.201"),
        "CiliumBGPClusterConfig cilium-bgp",
        "spec.bgpInstances[0].peers[0].peerAddress of",
    ),
    "another length": (
        lambda o: peers(o)["peers"].clear(),
        "CiliumBGPClusterConfig cilium-bgp",
        "spec.bgpInstances[0].peers of",
    ),
    "a label": (
        lambda o: o["CiliumBGPAdvertisement"]["metadata"]["labels"].update(advertise="bpg"),
        "CiliumBGPAdvertisement bgp-advertisements",
        "metadata.labels.advertise of",
    ),
    "a pool that is off": (
        lambda o: o["CiliumLoadBalancerIPPool"]["spec"].update(disabled=True),
        "CiliumLoadBalancerIPPool cilium-pool",
        "spec.disabled of",
    ),
    "deleted": (
        lambda o: o.pop("CiliumBGPAdvertisement bgp-advertisements"),
        "CiliumBGPAdvertisement bgp-advertisements",
        "CiliumBGPAdvertisement bgp-advertisements is not in the API",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_told(name: str) -> None:
    change, subject, cause = CASES[name]
    [verdict] = found(change)
    assert verdict.subject == subject and verdict.cause.startswith(cause), verdict


def test_an_override_that_nobody_declared() -> None:
    one = {"metadata": {"name": "cilium-w1", "managedFields": []}, "spec": {"bgpInstances": []}}
    [verdict] = found(lambda o: None, {"CiliumBGPNodeConfigOverride": [one]})
    assert "is not of the stack" in verdict.cause
    other = {"metadata": {"name": "of-no-node"}, "spec": {}}
    assert found(lambda o: None, {"CiliumBGPNodeConfigOverride": [other]}) == []


def test_what_was_not_listed_is_not_judged() -> None:
    assert list(judge(dev(), Observations())) == []
