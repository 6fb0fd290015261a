"""The base of all models: frozen, no unknown keys, camelCase in YAML as Kubernetes has it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

# to_camel turns pod_cidr into podCidr; the field writes podCIDR, as the Kubernetes API does.
_ACRONYMS = {"Cidr": "CIDR", "Cidrs": "CIDRs"}


def yaml_name(field: str) -> str:
    """The YAML key of a Python field name: `pod_cidr` -> `podCIDR`."""
    name: str = to_camel(field)
    for suffix, acronym in _ACRONYMS.items():
        if name.endswith(suffix):
            return name.removesuffix(suffix) + acronym
    return name


class Model(BaseModel):
    """A frozen piece of the stack file. Unknown keys are errors, so that a typo is never silent."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=yaml_name,
        populate_by_name=True,
        validate_default=True,
        hide_input_in_errors=True,
        # A command reads one stack file: only the models that it meets are built.
        defer_build=True,
    )
