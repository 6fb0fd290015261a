"""Who wrote a field of an API object last, and when."""

from __future__ import annotations

from probes.observations import Json


def written_by(found: Json, path: str) -> str:
    """` by MANAGER at TIME`, as the managedFields of the object tell; empty where they tell nothing.

    `path`: `spec.FIELD` or `metadata.FIELD`. Of a list, or of labels, several managers may own a part: the last one
    counts. Controllers write the status, which is no part of what somebody declared.
    """
    top, part = path.partition("[")[0].split(".")[:2]
    owners = [
        (str(entry.get("time", "some time")), str(entry.get("manager", "somebody")))
        for entry in found["metadata"].get("managedFields") or []
        if f"f:{part}" in ((entry.get("fieldsV1") or {}).get(f"f:{top}") or {}) and not entry.get("subresource")
    ]
    return f" by {max(owners)[1]} at {max(owners)[0]}" if owners else ""
