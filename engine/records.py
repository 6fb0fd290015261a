"""Makes the state's record of a resource from the program's goal: secret properties, and changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from engine.diff import PropertyChange, touches
from engine.goal import Goal
from engine.registry import PROVIDER_PREFIX, Providers
from engine.resource import Resource
from engine.values import Properties, Secret, has_unknown, plain, reseal, to_json


def recorded(goal: Goal, old: Resource | None, id: str, outputs: Properties) -> Resource:
    """The resource as recorded in the state."""
    return Resource(
        goal.urn,
        goal.type,
        goal.custom,
        goal.inputs,
        outputs,
        id,
        goal.parent,
        goal.provider,
        sorted(goal.dependencies),
        goal.property_dependencies,
        goal.protect,
        goal.retain_on_delete,
        goal.deleted_with,
        False,
        goal.additional_secret_outputs,
        [],
        goal.timeouts,
        goal.replacement_trigger,
        created=old.created if old else "",
    )


def previewed(providers: Providers, goal: Goal) -> Properties:
    """Outputs before an apply."""
    if goal.type.startswith(PROVIDER_PREFIX) or not providers.supports(goal.type):
        return dict(goal.inputs)
    return sealed(providers, goal, providers.of(goal.type).preview(goal.type, goal.inputs))


def sealed(providers: Providers, goal: Goal, outputs: Properties) -> Properties:
    """Outputs with secret ones wrapped: secret by option, by type, or because the input is secret."""
    names = set(goal.additional_secret_outputs)
    if providers.supports(goal.type) and not goal.type.startswith(PROVIDER_PREFIX):
        names |= set(providers.of(goal.type).secret_outputs(goal.type, goal.inputs))
    pattern = {**goal.inputs, **{name: Secret(None) for name in names}}
    return dict(reseal(pattern, outputs))


def text(properties: Properties) -> str:
    """A text for comparison: two texts differ if a value differs or is secret on one side only."""
    return json.dumps(to_json(properties, lambda text: text), sort_keys=True)


def metadata(resource: Resource) -> tuple[object, ...]:
    """The recorded options of a resource, which change without a call of its provider."""
    r = resource
    return (
        r.urn,
        text(r.inputs),
        text(r.outputs),
        text({"": r.replacement_trigger}),
        r.external,
        r.parent,
        r.provider,
        tuple(r.dependencies),
        r.protect,
        r.retain_on_delete,
        r.deleted_with,
        repr(sorted(r.property_dependencies.items())),
        repr(r.custom_timeouts),
        tuple(r.additional_secret_outputs),
        r.delete,
    )


def triggered(before: Any, after: Any) -> bool:
    """Whether a replacement trigger replaces. A trigger that was added or removed does not."""
    before, after = plain(before), plain(after)
    if has_unknown(before) or has_unknown(after):
        return True
    return before is not None and after is not None and before != after


def shown(goal: Goal, differences: Iterable[PropertyChange]) -> tuple[PropertyChange, ...]:
    """The differences without those that the program hides."""
    return tuple(change for change in differences if not touches(change, goal.hide_diffs))
