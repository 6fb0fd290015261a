"""Chooses the step that a registration needs: none, or create, update, replace, import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import EdgeError
from engine import existing, records, steps
from engine.diff import PropertyChange, changes, touches
from engine.events import Op, Step
from engine.goal import Goal
from engine.providers.base import DiffResult
from engine.providers.docker.provider import CONTAINER, NETWORK
from engine.registry import PROVIDER_PREFIX
from engine.resource import Resource
from engine.values import UNKNOWN, plain

if TYPE_CHECKING:
    from engine.deployment import Deployment


def carry_out(deployment: Deployment, goal: Goal, old: Resource | None) -> Resource:
    """Plan or apply the step that `goal` needs, where the state has `old`."""
    if not goal.custom:
        return _component(deployment, goal, old)
    if deployment.selection.real(goal.type, goal.custom) and not deployment.selection.has(goal.urn):
        return _left(deployment, goal, old)
    _need(deployment, goal)
    interrupted = deployment.interrupted.get(old.urn if old is not None else goal.urn, ("", old))[0]
    if goal.import_id and (old is None or old.id != goal.import_id):
        return existing.take_over(deployment, goal, old)
    if old is None or (interrupted and not old.id):
        return steps.create(deployment, goal, Op.CREATE, old, (), ())
    differences = changes(old.inputs, goal.inputs)
    # Docker would refuse the name of what an interrupted delete has left. Others create over it.
    left = goal.type == CONTAINER or (goal.type == NETWORK and bool(differences))
    if interrupted == "deleting" and not left:
        return steps.create(deployment, goal, Op.CREATE, old, (), ())
    moved = changes({"provider": old.provider.rpartition("::")[0]}, {"provider": goal.provider.rpartition("::")[0]})
    again = _made_anew(deployment, goal, old)
    if again or interrupted == "deleting":
        first = bool(goal.delete_before_replace) or interrupted == "deleting"
        return steps.replace(deployment, goal, old, differences, DiffResult(True, again, first))
    if not differences and not interrupted:
        if moved and moved[0].before:
            differences = moved
        else:
            return _same(deployment, goal, old)
    result = _diff_result(deployment, goal, old, differences)
    if result.replace:
        return steps.replace(deployment, goal, old, differences, result)
    if not result.update and not interrupted:
        return _same(deployment, goal, old)
    return steps.update(deployment, goal, old, differences)


def _left(deployment: Deployment, goal: Goal, old: Resource | None) -> Resource:
    """A resource outside the selection stays as it is, or stays absent."""
    if old is not None:
        deployment.tell(Step(Op.SAME, goal.urn, goal.type, goal.name, goal.parent), True)
        return old
    deployment.missing.add(goal.urn)
    return records.recorded(goal, None, "", dict.fromkeys(records.previewed(deployment.providers, goal), UNKNOWN))


def _need(deployment: Deployment, goal: Goal) -> None:
    """Raises EdgeError if a resource depends on a resource that this run leaves out."""
    # The source of an input is a dependency, too.
    urns = {*goal.dependencies, goal.provider.rpartition("::")[0]}
    missing = sorted(urn.rpartition("::")[2] for urn in urns & deployment.missing)
    if missing:
        step = Step(Op.CREATE, goal.urn, goal.type, goal.name, goal.parent)
        error = EdgeError(f"depends on {', '.join(missing)}: not deployed, and not among the targets")
        deployment.fail(step, error)
        raise error


def _diff_result(deployment: Deployment, goal: Goal, old: Resource, differences: list[PropertyChange]) -> DiffResult:
    """The provider's decision about the differences, with the effect of the program's options."""
    result = DiffResult(update=True)
    if not goal.type.startswith(PROVIDER_PREFIX) and deployment.providers.supports(goal.type):
        provider = deployment.context(goal.provider).provider
        result = deployment.providers.of(goal.type).diff(goal.type, plain(old.inputs), differences, provider)
    forced = tuple(c.path for c in differences if "*" in goal.replace_on_changes or touches(c, goal.replace_on_changes))
    before = goal.delete_before_replace
    return DiffResult(
        result.update,
        tuple(dict.fromkeys(result.replace + forced)),
        result.delete_before_replace if before is None else before,
    )


def _made_anew(deployment: Deployment, goal: Goal, old: Resource) -> tuple[str, ...]:
    """The reasons for a replacement that do not depend on inputs; empty if there are none."""
    why = ["replacement_trigger"] if records.triggered(old.replacement_trigger, goal.replacement_trigger) else []
    why += [deployment.doomed[goal.urn]] if goal.urn in deployment.doomed else []
    return tuple(why + [urn.rpartition("::")[2] for urn in goal.replace_with if urn in deployment.replaced])


def _component(deployment: Deployment, goal: Goal, old: Resource | None) -> Resource:
    resource = records.recorded(goal, old, "", old.outputs if old else {})
    step = Step(Op.SAME if old else Op.CREATE, goal.urn, goal.type, goal.name, goal.parent, custom=False)
    deployment.tell(step, True)
    return record(deployment, resource, old)


def _same(deployment: Deployment, goal: Goal, old: Resource) -> Resource:
    outputs = deployment.provider_outputs(goal) if goal.urn in deployment.clusters else old.outputs
    resource = records.recorded(goal, old, old.id, records.sealed(deployment.providers, goal, outputs))
    deployment.tell(Step(Op.SAME, goal.urn, goal.type, goal.name, goal.parent), True)
    return record(deployment, resource, old)


def record(deployment: Deployment, resource: Resource, old: Resource | None) -> Resource:
    """Record changed options and secrets. These need no call of a provider."""
    if old is not None and records.metadata(old) == records.metadata(resource):
        return old
    if deployment.dry_run:
        deployment.to_record.append(resource.urn)
    else:
        deployment.state.put(resource, old)
    return resource
