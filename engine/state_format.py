"""Pulumi's deployment format, version 3: resources as JSON, and the document around them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from engine.resource import Resource
from engine.values import from_json, to_json

_VERSION = "v3.0.0"


# Python name -> name in the file, for fields that are copied unchanged.
_FIELDS = {
    "urn": "urn",
    "custom": "custom",
    "id": "id",
    "type": "type",
    "parent": "parent",
    "provider": "provider",
    "dependencies": "dependencies",
    "property_dependencies": "propertyDependencies",
    "protect": "protect",
    "retain_on_delete": "retainOnDelete",
    "deleted_with": "deletedWith",
    "delete": "delete",
    "additional_secret_outputs": "additionalSecretOutputs",
    "aliases": "aliases",
    "custom_timeouts": "customTimeouts",
    "external": "external",
    "created": "created",
    "modified": "modified",
}


def resource(data: dict[str, Any], decrypt: Callable[[str], str]) -> Resource:
    """A resource from its JSON. Raises KeyError, TypeError or ValueError for other JSON."""
    values = {name: data[key] for name, key in _FIELDS.items() if key in data}
    return Resource(
        **values,
        inputs=from_json(data.get("inputs", {}), decrypt),
        outputs=from_json(data.get("outputs", {}), decrypt),
        replacement_trigger=from_json(data.get("replacementTrigger"), decrypt),
    )


def resource_text(resource: Resource, encrypt: Callable[[str], str]) -> str:
    """The JSON of a resource, with encrypted secrets."""
    data = {key: getattr(resource, name) for name, key in _FIELDS.items()}
    data = {key: value for key, value in data.items() if value or key in ("custom", "urn")}
    for key, name in (("inputs", "inputs"), ("outputs", "outputs"), ("replacementTrigger", "replacement_trigger")):
        values = getattr(resource, name)
        if values or (values is not None and key == "replacementTrigger"):
            data[key] = to_json(values, encrypt)
    return json.dumps(data, sort_keys=False)


def document_text(resources: Iterable[str], pending: Iterable[tuple[str, str]], salt: str | None) -> str:
    """The JSON of a deployment. `pending`: kind and resource of each operation. `salt`: None without encryption."""
    listed = ",\n".join(resources)
    operations = ",\n".join(f'{{"type": "{kind}", "resource": {text}}}' for kind, text in pending)
    # `pulumi stack import` refuses a manifest if the magic is not the digest of the version.
    manifest = {
        "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "magic": sha256(_VERSION.encode()).hexdigest(),
        "version": _VERSION,
    }
    secrets = None if salt is None else {"type": "passphrase", "state": {"salt": salt}}
    return (
        '{"version": 3, "deployment": {'
        f'"manifest": {json.dumps(manifest)},\n'
        f'"secrets_providers": {json.dumps(secrets)},\n'
        f'"resources": [\n{listed}\n],\n'
        f'"pending_operations": [\n{operations}\n]}}}}\n'
    )
