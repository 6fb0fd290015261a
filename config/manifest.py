"""Further Kubernetes objects, which are applied as written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from config.net import AnyName, LabelName

_API_VERSION, _KIND = r"^([a-z0-9.-]+/)?v[0-9a-z]+$", r"^[A-Z][A-Za-z0-9]*$"
PATTERNS = {_API_VERSION: "an apiVersion such as v1 or cilium.io/v2", _KIND: "a kind such as ConfigMap"}


class Metadata(BaseModel):
    """The metadata of an object. Other keys are kept unchanged."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: AnyName
    """The object's name."""
    namespace: LabelName | None = None
    """The object's namespace; unset: the kubeconfig's namespace, or none for a cluster-scoped kind."""


class Manifest(BaseModel):
    """An object with the keys of the Kubernetes API: apiVersion, kind, metadata, and the keys of its kind."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    api_version: Annotated[str, Field(alias="apiVersion", pattern=_API_VERSION)]
    """The object's apiVersion."""
    kind: Annotated[str, Field(pattern=_KIND)]
    """The object's kind."""
    metadata: Metadata
    """The object's metadata."""
    # Typed, so that validation finds values that exist in YAML but not in JSON (dates, numbers as keys).
    __pydantic_extra__: dict[str, JsonValue]

    def __str__(self) -> str:
        space = f"{self.metadata.namespace}/" if self.metadata.namespace else ""
        return f"{self.kind} {space}{self.metadata.name}"

    def document(self) -> dict[str, Any]:
        """The object as sent to the API."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
