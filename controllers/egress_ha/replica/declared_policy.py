"""The custom resource: the HA form of an egress policy, and the status that the controller writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from config.egress import EgressPolicy
from controllers.egress_ha.replica.decision import DeclaredPolicy

Object = dict[str, Any]


class PolicyReader:
    """Reads each version of a policy's spec once."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[object, EgressPolicy | str]] = {}

    def declared(self, item: Object) -> DeclaredPolicy | str:
        """An object of the API as the decision wants it, or why it cannot be one."""
        metadata = item["metadata"]
        version = (metadata["uid"], metadata.get("generation"))
        known, policy = self._read.get(metadata["name"], (None, ""))
        if known != version:
            policy = _policy(item)
            self._read[metadata["name"]] = (version, policy)
        if isinstance(policy, str):
            return policy
        return DeclaredPolicy(
            policy,
            metadata["uid"],
            metadata.get("generation", 0),
            metadata.get("creationTimestamp", ""),
            item.get("status") or {},
        )


def _policy(item: Object) -> EgressPolicy | str:
    spec = item.get("spec")
    if not isinstance(spec, dict):
        return "spec: there is none"
    try:
        return EgressPolicy.model_validate({**spec, "name": item["metadata"]["name"]})
    except ValidationError as error:
        first = error.errors()[0]
        return f"spec.{'.'.join(map(str, first['loc']))}: {first['msg']}"


def with_transition_times(status: Object, before: Object, now: datetime) -> Object:
    """The status with each condition's last transition: kept where its status did not change."""
    known = {c["type"]: c for c in before.get("conditions", [])}
    conditions = []
    for condition in status.get("conditions", []):
        old = known.get(condition["type"], {})
        changed = old.get("status") != condition["status"] or "lastTransitionTime" not in old
        stamp = now.isoformat(timespec="seconds").replace("+00:00", "Z") if changed else old["lastTransitionTime"]
        conditions.append({**condition, "lastTransitionTime": stamp})
    return {**status, **({"conditions": conditions} if conditions else {})}
