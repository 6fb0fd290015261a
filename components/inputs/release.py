"""The Cilium release for the objects of a component."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.inputs.arguments import ArgumentError, is_late, validated
from config.cilium import Cilium
from config.errors import Problem


def release(component: str, given: Mapping[str, Any]) -> Cilium:
    """The release from the arguments `version` and `edition`. Default: the project's default release."""
    own = {key: given[key] for key in ("version", "edition") if key in given}
    late = [Problem(key, "a text that is known when the program runs", "an Output") for key in own if is_late(own[key])]
    if late:
        raise ArgumentError(component, late)
    return validated(component, Cilium, own, "")
