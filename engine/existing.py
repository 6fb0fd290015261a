"""Existing resources: a program imports (`import_`) or only reads them (`get`, StackReference)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import EdgeError
from engine import records
from engine.events import Op, Step
from engine.goal import Goal
from engine.resource import Resource
from engine.values import Properties, has_secret, has_unknown, plain

if TYPE_CHECKING:
    from engine.deployment import Deployment

STACK_REFERENCE = "pulumi:pulumi:StackReference"


def looked_at(deployment: Deployment, goal: Goal) -> Properties:
    """The outputs of a resource that is only read; empty if a preview cannot read it. Raises EdgeError if absent."""
    if goal.type == STACK_REFERENCE:
        outputs = deployment.outputs_of(str(goal.inputs.get("name") or goal.import_id))
        secret = sorted(key for key, value in outputs.items() if has_secret(value))
        return {**goal.inputs, "outputs": outputs, "secretOutputNames": secret}
    return _found(deployment, goal) or {}


def take_over(deployment: Deployment, goal: Goal, old: Resource | None) -> Resource:
    """Import a resource into the state. The real object must match the program's declaration."""
    step = Step(Op.IMPORT, goal.urn, goal.type, goal.name, goal.parent)
    try:
        if old is not None and old.id:
            raise EdgeError(
                f"import of {goal.import_id}: the state already has {old.id}; remove that resource from the state first"
            )
        live = _found(deployment, goal)
        finder = deployment.providers.finder(goal.type)
        if live is None or finder is None:
            deployment.tell(step, True)
            return records.recorded(goal, None, "", records.previewed(deployment.providers, goal))
        differing = finder.differing(plain(goal.inputs), live)
        if differing:
            raise EdgeError(f"import of {goal.import_id}: the object and the program differ in {', '.join(differing)}")
    except EdgeError as error:
        deployment.fail(step, error)
        raise
    outputs = records.sealed(deployment.providers, goal, finder.found(goal.inputs, live))
    resource = records.recorded(goal, None, goal.import_id, outputs)
    if not deployment.dry_run:
        deployment.state.put(resource, old)
    deployment.tell(step, True)
    return resource


def _found(deployment: Deployment, goal: Goal) -> Properties | None:
    """The properties of the object with the id; None if a preview cannot read it. Raises EdgeError if absent."""
    finder = deployment.providers.finder(goal.type)
    if finder is None:
        deployment.refuse(f"{goal.name} ({goal.type}): import_ or get of this type")
        return None
    context = deployment.context(goal.provider)
    if has_unknown(context.provider) or not context.provider.get("kubeconfig"):
        return None
    live = finder.find(goal.type, goal.import_id, context)
    if live is None:
        raise EdgeError(f"{goal.type} {goal.import_id}: does not exist")
    return live
