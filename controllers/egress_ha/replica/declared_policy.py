"""The EgressGatewayHAPolicies of the API, as the replica parses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from config.egress import EgressPolicy
from transport.kube_requests import Object


@dataclass(frozen=True)
class DeclaredPolicy:
    """A policy, and the metadata that the API adds."""

    policy: EgressPolicy
    uid: str
    generation: int
    created: str
    status: Mapping[str, Any] = field(default_factory=dict, hash=False)


class PolicyReader:
    """Parses each version of a policy's spec once."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[object, EgressPolicy | str]] = {}

    def declared(self, item: Object) -> DeclaredPolicy | str:
        """The policy of an API object, or the reason why the object is invalid."""
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
        return "spec: expected an object, got none"
    try:
        return EgressPolicy.model_validate({**spec, "name": item["metadata"]["name"]})
    except ValidationError as error:
        first = error.errors()[0]
        return f"spec.{'.'.join(map(str, first['loc']))}: {first['msg']}"
