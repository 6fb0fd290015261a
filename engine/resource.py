"""A resource as the state has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.values import Properties


@dataclass
class Resource:
    """One resource of the state (apitype.ResourceV3)."""

    urn: str
    type: str
    custom: bool
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    id: str = ""
    parent: str = ""
    provider: str = ""
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    protect: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    delete: bool = False
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    replacement_trigger: Any = None
    # The resource is only read: this stack neither makes nor deletes it.
    external: bool = False
    created: str = ""
    modified: str = ""

    @property
    def name(self) -> str:
        """The last part of the URN."""
        return self.urn.rpartition("::")[2]

    def references(self) -> set[str]:
        """URNs that must outlive this resource."""
        provider = self.provider.rpartition("::")[0]
        return {*self.dependencies, self.parent, provider} - {""}
