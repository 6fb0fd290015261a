"""The common structure of objects of the Kubernetes API."""

from __future__ import annotations

from typing import Any

from config.labels import LabelSelector

Manifest = dict[str, Any]


def named_object(api_version: str, kind: str, name: str, spec: dict[str, Any]) -> Manifest:
    """An object without a namespace."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def selectors(**selectors: LabelSelector | None) -> Manifest:
    """The selectors that are set."""
    return {key: selector.manifest() for key, selector in selectors.items() if selector is not None}
