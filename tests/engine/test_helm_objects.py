"""What was changed by hand in a release: keys of its ConfigMaps that are others, or gone."""

from __future__ import annotations

from typing import Any, cast

from engine.providers.helm_objects import changed
from transport.kube import Kube

MANIFEST = """
---
# Source: cilium/templates/cilium-configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: cilium-config, namespace: kube-system}
data: {debug: "false", ipam: kubernetes}
---
---
apiVersion: v1
kind: Secret
metadata: {name: cilium-config}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: empty}
"""


class Cluster:
    """An empty ConfigMap, and perhaps the agents'."""

    def __init__(self, agents: dict[str, str] | None) -> None:
        self.found = {"edge/empty": None, **({"kube-system/cilium-config": agents} if agents else {})}

    def get(self, version: str, kind: str, name: str, namespace: str) -> Any:
        assert (version, kind) == ("v1", "ConfigMap")
        key = f"{namespace}/{name}"
        return {"data": self.found[key]} if key in self.found else None


def told(agents: dict[str, str] | None) -> list[str]:
    return changed(MANIFEST, cast(Kube, Cluster(agents)), "edge")


def test_keys_that_are_as_the_release_has_them_are_no_change_nor_are_others() -> None:
    assert told({"debug": "false", "ipam": "kubernetes", "added": "x"}) == []


def test_keys_that_are_others_or_gone_are_told() -> None:
    where = "ConfigMap kube-system/cilium-config"
    assert told({"debug": "true"}) == [f"{where}: debug", f"{where}: ipam"]
    assert told(None) == [f"{where}: gone"]
