"""What a wrong stack file is told: words for people, one line for one mistake, and YAML's own traps by name."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import ConfigError
from config.load import parse
from tests.config.dev_stack import document


def told(**sections: Any) -> list[str]:
    changed = document()
    for name, value in sections.items():
        changed[name] = {**changed[name], **value} if isinstance(value, dict) else value
    with pytest.raises(ConfigError) as caught:
        parse(changed, "dev")
    return [str(problem) for problem in caught.value.problems]


def community(text: object) -> dict[str, Any]:
    entry = {"type": "PodCIDR", "communities": [text]}
    return {"advertisements": [{"name": "a", "labels": {}, "advertisements": [entry]}]}


@pytest.mark.parametrize(
    ("sections", "line"),
    [
        (
            {"bgp": community(3900050)},
            "bgp.advertisements[0].advertisements[0].communities[0]: expected a text in quotes,"
            " '3900050' or '65000:50' (without quotes, YAML reads a number), got 3900050",
        ),
        (
            {"pools": [{"name": "p", "blocks": [{"cidr": "10.9.0.0/24"}], "allowFirstLastIPs": False}]},
            "pools[0].allowFirstLastIPs: expected 'Yes' or 'No' in quotes, 'No' (without quotes, YAML reads a boolean),"
            " got false",
        ),
        (
            {"cilium": {"version": "v1.18.3"}},
            "cilium.version: expected a release of Cilium 1.16 to 1.20 with its patch number,"
            " such as 1.18.3 or 1.20.0-rc.1, got 'v1.18.3'",
        ),
        (
            {"bgp": {"clusterConfigs": [{"name": "c", "instances": [{"name": "i", "routerIDAllocation": {}}]}]}},
            "bgp.clusterConfigs[0].instances[0].routerIDAllocation: expected a known key, got an unknown key"
            " (the key belongs at cilium.values.bgpControlPlane.routerIDAllocation)",
        ),
        ({"cluster": {"kind": "talos"}}, "cluster.kind: expected lab, docker, kind or existing, got 'talos'"),
        (
            {"cluster": {"kubernetes": 1.34}},
            "cluster.kubernetes: expected a text in quotes, '1.34' (without quotes, YAML reads a number), got 1.34",
        ),
        (
            {"manifests": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a/b"}}]},
            "manifests[0].metadata.name: expected a name of letters, digits, dots, dashes and colons, got 'a/b'",
        ),
        (
            {"services": [{"name": "web", "labels": {"app": True}}]},
            "services[0].labels.app: expected a text in quotes, 'true' (without quotes, YAML reads a boolean),"
            " got true",
        ),
    ],
)
def test_a_mistake_is_told_in_words(sections: dict[str, Any], line: str) -> None:
    assert told(**sections) == [line]


def test_a_value_that_fits_no_member_of_a_union_is_one_line() -> None:
    lines = told(bgp={"peerConfigs": [{"name": "p", "gracefulRestart": True}]})
    assert len(lines) == 1 and lines[0].startswith("bgp.peerConfigs[0].gracefulRestart: expected ")


def test_no_message_has_a_regular_expression_or_pydantics_words() -> None:
    lines = told(
        waivers=[{"rule": "b18", "reason": "because it is so"}],
        outposts=[{"name": "A_b", "address": "10.0.0.1/8"}],
        l2Policies=[{"name": "L2!"}],
        networkPolicies=[{"name": "p", "endpointSelector": {"matchLabels": {"!": "x"}}}],
        nodes=[{"name": "n", "interfaces": [{"name": "far too long a name", "address": "10.0.0.1/8"}], "taints": 3}],
    )
    assert len(lines) >= 6
    assert not [line for line in lines if any(word in line for word in ("matches", "^", "Input", "union", "tag"))]
