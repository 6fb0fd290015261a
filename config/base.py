"""The base of all models: frozen, no unknown keys, camelCase in YAML as in Kubernetes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

# to_camel turns pod_cidr into podCidr; YAML has podCIDR, like the Kubernetes API.
_ACRONYMS = {"Cidr": "CIDR", "Cidrs": "CIDRs"}


def yaml_name(field: str) -> str:
    """The YAML key of a Python field name: `pod_cidr` -> `podCIDR`."""
    name: str = to_camel(field)
    for suffix, acronym in _ACRONYMS.items():
        if name.endswith(suffix):
            return name.removesuffix(suffix) + acronym
    return name


class Model(BaseModel):
    """A frozen part of the stack file. Unknown keys are errors, so that a typo is never silent."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=yaml_name,
        populate_by_name=True,
        validate_default=True,
        hide_input_in_errors=True,
        # A command reads one stack file, and builds only the models in that file.
        defer_build=True,
    )
