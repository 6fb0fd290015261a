"""The comparison of a path with the file and the models, which the tests of all rules rely on."""

from __future__ import annotations

import pytest

from tests.config.dev_stack import document
from tests.rules.paths import leads


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("bgp.clusterConfigs[0].instances[0].localASN", True),
        # Keys that the file could have: of a model, of a section that is not in the file, of Helm values.
        ("routers[0].bgp.ebgpRequiresPolicy", True),
        ("egressHA.image", True),
        ("cilium.values.cgroup.autoMount.enabled", True),
        ("nodes[0].labels.zone", True),
        # No key of the model, no such entry, an entry of what is no list.
        ("routers[0].kind", False),
        ("bgp.peerConfig[0]", False),
        ("nodes[4].name", False),
        ("gateways[0].listeners", False),
        ("cluster[0]", False),
        ("nodes[0].name.first", False),
    ],
)
def test_where_a_path_leads(path: str, there: bool) -> None:
    assert leads(document(), path) is there
