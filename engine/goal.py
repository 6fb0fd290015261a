"""The desired state of one resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.values import Properties


@dataclass
class Goal:
    """The desired state of one resource: a decoded registration."""

    urn: str
    type: str
    name: str
    custom: bool
    inputs: Properties
    parent: str = ""
    provider: str = ""
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    protect: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    delete_before_replace: bool | None = None
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    timeouts: dict[str, float] = field(default_factory=dict)
    # Id of an existing resource that is imported or only read.
    import_id: str = ""
    hide_diffs: list[str] = field(default_factory=list)
    replace_with: list[str] = field(default_factory=list)
    replacement_trigger: Any = None
