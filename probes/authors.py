"""The last writer of a field of an API object, and the time."""

from __future__ import annotations

from probes.observations import Json


def written_by(found: Json, path: str) -> str:
    """` by MANAGER at TIME`, from the object's managedFields; empty if they do not cover the field.

    `path`: `spec.FIELD` or `metadata.FIELD`. Several managers may own parts of a list or of labels: the last one
    counts. Writers of the status do not count: controllers write it, and it is never declared.
    """
    top, part = path.partition("[")[0].split(".")[:2]
    owners = [
        (str(entry.get("time", "some time")), str(entry.get("manager", "an unknown manager")))
        for entry in found["metadata"].get("managedFields") or []
        if f"f:{part}" in ((entry.get("fieldsV1") or {}).get(f"f:{top}") or {}) and not entry.get("subresource")
    ]
    return f" by {max(owners)[1]} at {max(owners)[0]}" if owners else ""
