"""B44 beyond its fixtures: A field or a value does not exist in this Cilium version."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.helpers import INSTANCE, told_after


def version(text: str) -> Any:
    return lambda d: d["cilium"].update(version=text)


def entry(**fields: Any) -> Any:
    return lambda d: d["bgp"]["advertisements"][1]["advertisements"][0].update(fields)


def instance(**fields: Any) -> Any:
    return lambda d: d["bgp"]["clusterConfigs"][0]["instances"][0].update(fields)


def override(d: Any) -> None:
    d["bgp"]["nodeOverrides"] = [
        {"node": "cilium-w1", "instances": [{"name": "instance-65001", "localASN": 65009, "localPort": 1790}]}
    ]


OF_1_18 = {
    "bgp.advertisements[1].advertisements[0].aggregationLength": entry(aggregationLength=24),
    "bgp.advertisements[1].advertisements[0].aggregationLengthIPv6": entry(aggregationLengthIPv6=64),
    f"{INSTANCE}.localPort": instance(localPort=1790),
    "bgp.nodeOverrides[0].instances[0].localASN": override,
}


@pytest.mark.parametrize("path", OF_1_18)
def test_what_came_with_1_18(path: str) -> None:
    assert told_after("B44", version("1.17.4"), OF_1_18[path]) == [f"error {path}"]
    assert told_after("B44", version("1.18.0"), OF_1_18[path]) == []
