"""Manual changes to the objects of a Helm release, which helm itself does not detect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from transport.kube import Kube


def changed(manifest: str, kube: Kube, namespace: str) -> list[str]:
    """The keys of ConfigMaps that differ from the release, such as `ConfigMap kube-system/a: key`.

    Only keys of the release count: an upgrade does not remove keys that were added by hand.
    """
    return sorted(text for item in _maps(manifest) for text in _changed(item, kube, namespace))


def _maps(manifest: str) -> Iterator[dict[str, Any]]:
    for document in yaml.safe_load_all(manifest):
        if isinstance(document, dict) and document.get("kind") == "ConfigMap":
            yield document


def _changed(item: dict[str, Any], kube: Kube, namespace: str) -> Iterator[str]:
    name, space = item["metadata"]["name"], item["metadata"].get("namespace") or namespace
    found = kube.get("v1", "ConfigMap", name, space)
    if found is None:
        yield f"ConfigMap {space}/{name}: gone"
        return
    live = found.get("data") or {}
    for key, text in (item.get("data") or {}).items():
        if live.get(key) != text:
            yield f"ConfigMap {space}/{name}: {key}"
