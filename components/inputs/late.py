"""Values that may be Outputs, and manifests with such values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi

from components.kubernetes.places import Manifest


def then(value: pulumi.Input[Any], make: Callable[[Any], Any]) -> pulumi.Input[Any]:
    """The result of `make` for a value. An Output only if the value is one, so that plans show known values."""
    return value.apply(make) if isinstance(value, pulumi.Output) else make(value)


def manifest(
    item: pulumi.Input[Any],
    make: Callable[[Any], Manifest],
    api_version: str,
    kind: str,
    name: str,
    namespace: str | None = None,
    *more: str,
) -> Manifest:
    """The manifest of an item. For an Output, only apiVersion, kind, name and namespace are known at once.

    `more` are further keys of metadata.
    """
    if not isinstance(item, pulumi.Output):
        return make(item)
    made = item.apply(make)
    metadata: Manifest = {"name": name, **({"namespace": namespace} if namespace else {})}
    metadata |= {key: made.apply(lambda whole, key=key: whole["metadata"].get(key)) for key in more}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": made.apply(lambda m: m["spec"])}
