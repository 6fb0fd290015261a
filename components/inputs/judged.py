"""Applies the rules that need only the arguments of one component, when the component is created.

Models are accepted without a check: they come from a stack file that was checked as a whole, with its waivers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pulumi

from components.inputs.arguments import ArgumentError
from config.errors import Refused
from config.references import broken_references

T = TypeVar("T")


# Field of a stack -> pattern of its paths in findings, and the corresponding argument of the component.
_PLACES = {
    "routers": (r"\brouters\[0\]\.", ""),
    "bgp": (r"(?<![\w.])bgp\.", ""),
    "egress_policies": (r"\begressPolicies\[", "policies["),
    "l2_policies": (r"\bl2Policies\[", "policies["),
}


class Objection(Refused, pulumi.RunError):
    """Findings of the rules about a component. Pulumi prints the error without a traceback."""

    def __init__(self, component: str, findings: Sequence[str]) -> None:
        super().__init__(findings)
        lines = [f"{component}: {len(self.findings)} mistake(s) in its arguments", *(f"  {one}" for one in findings)]
        self.args = ("\n".join(lines),)


def judged(
    component: pulumi.ComponentResource, given: Mapping[str, Any], read: T, parts: Callable[[Any], dict[str, Any]]
) -> T:
    """The parsed arguments, if no rule objects. `parts` converts them to fields of a stack.

    Raises Objection with all error findings. Warnings go to the log. Outputs are checked when their values are known.
    """
    if _settled(list(given.values())):
        return read
    several = isinstance(read, list)
    items = read if isinstance(read, list) else [read]

    def ask(known: list[Any]) -> bool:
        _ask(component, parts(known if several else known[0]))
        return True

    if not any(isinstance(item, pulumi.Output) for item in items):
        ask(items)
        return read
    passed = pulumi.Output.all(*items).apply(ask)
    late: Any = [pulumi.Output.all(item, passed)[0] if isinstance(item, pulumi.Output) else item for item in items]
    gated: T = late if several else late[0]
    return gated


def _settled(given: Any) -> bool:
    if isinstance(given, (list, tuple)):
        return all(map(_settled, given))
    return not isinstance(given, Mapping)


def _ask(component: pulumi.ComponentResource, fields: dict[str, Any]) -> None:
    # Imported on demand: the stack's own program has already run the rules.
    from rules.finding import Severity
    from rules.part import judge_part, part

    stack = part(**fields)
    broken = list(broken_references(stack))
    if broken:
        raise ArgumentError(component._name, broken)
    errors = []
    for finding in judge_part(stack):
        text = str(finding)
        for old, new in (_PLACES[field] for field in fields if field in _PLACES):
            text = re.sub(old, new, text)
        if finding.severity is Severity.ERROR:
            errors.append(text)
        else:
            pulumi.log.warn(text, component)
    if errors:
        raise Objection(component._name, errors)
