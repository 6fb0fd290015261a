"""Any further Kubernetes object that a stack wants applied as it is written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from config.net import ObjectName


class Metadata(BaseModel):
    """What has to be known of an object's metadata; the rest passes through."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: ObjectName
    namespace: ObjectName | None = None


class Manifest(BaseModel):
    """An object in the API's own words: apiVersion, kind, metadata, and whatever its kind has."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    api_version: Annotated[str, Field(alias="apiVersion", pattern=r"^([a-z0-9.-]+/)?v[0-9a-z]+$")]
    kind: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$")]
    metadata: Metadata
    # Typed, so that what YAML has and JSON has not (dates, numbers as keys) is found here.
    __pydantic_extra__: dict[str, JsonValue]

    def __str__(self) -> str:
        space = f"{self.metadata.namespace}/" if self.metadata.namespace else ""
        return f"{self.kind} {space}{self.metadata.name}"

    def document(self) -> dict[str, Any]:
        """The object as it goes to the API."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
