"""The custom resource: the HA form of an egress policy, and the status that the controller writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from config.egress import EgressPolicy
from controllers.egress_ha.decision import Declared

Object = dict[str, Any]


def declared(item: Object) -> Declared | str:
    """An object of the API as the decision wants it, or why it cannot be one."""
    metadata = item["metadata"]
    try:
        policy = EgressPolicy.model_validate({"name": metadata["name"], **item.get("spec", {})})
    except ValidationError as error:
        first = error.errors()[0]
        return f"spec.{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return Declared(policy, metadata["uid"], metadata.get("generation", 0),
                    metadata.get("creationTimestamp", ""), item.get("status") or {})  # fmt: skip


def timed(status: Object, before: Object, now: datetime) -> Object:
    """The status with each condition's last transition: kept where its status did not change."""
    known = {c["type"]: c for c in before.get("conditions", [])}
    conditions = []
    for condition in status.get("conditions", []):
        old = known.get(condition["type"], {})
        changed = old.get("status") != condition["status"] or "lastTransitionTime" not in old
        stamp = now.isoformat(timespec="seconds").replace("+00:00", "Z") if changed else old["lastTransitionTime"]
        conditions.append({**condition, "lastTransitionTime": stamp})
    return {**status, **({"conditions": conditions} if conditions else {})}
