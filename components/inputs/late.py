"""Values that may be Outputs: what follows from them, and manifests with something in them that is known only later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi

from components.kubernetes.places import Manifest


def then(value: pulumi.Input[Any], make: Callable[[Any], Any]) -> pulumi.Input[Any]:
    """What follows from a value; an Output only where the value is one, so that what is known is planned as such."""
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
    """The manifest of an item. Of one that comes late its place in the API is told, and the rest follows.

    `more` are the keys of metadata that such an item has besides its name.
    """
    if not isinstance(item, pulumi.Output):
        return make(item)
    made = item.apply(make)
    metadata: Manifest = {"name": name, **({"namespace": namespace} if namespace else {})}
    metadata |= {key: made.apply(lambda whole, key=key: whole["metadata"].get(key)) for key in more}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": made.apply(lambda m: m["spec"])}
