"""Carries out one step of a deployment: creates, updates, replaces or deletes a resource. A dry run only reports it."""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from config.errors import EdgeError
from engine import records
from engine.bugs import as_failure
from engine.dependents import doomed
from engine.diff import PropertyChange
from engine.events import Op, Step
from engine.goal import Goal
from engine.order import dependents_first
from engine.providers.base import DiffResult
from engine.registry import PROVIDER_PREFIX
from engine.resource import Resource
from engine.values import Properties, plain

if TYPE_CHECKING:
    from engine.deployment import Deployment


@contextmanager
def _under_way(deployment: Deployment, step: Step, seen: list[Properties], *, shown: bool = True) -> Iterator[None]:
    """Report the start, the end and the failure of a step. `shown` False: only the failure.

    Every exception becomes an EdgeError, without the secrets in `seen`.
    """
    began = time.monotonic()
    if shown:
        deployment.tell(step, False)
    try:
        yield
    except Exception as error:
        failure = as_failure(error, seen)
        deployment.fail(step, failure)
        raise failure from error
    if shown:
        deployment.tell(dataclasses.replace(step, seconds=time.monotonic() - began), True)


def create(
    deployment: Deployment,
    goal: Goal,
    op: Op,
    old: Resource | None,
    differences: tuple[PropertyChange, ...],
    keys: tuple[str, ...],
) -> Resource:
    """Create a resource, or with REPLACE the successor of `old`. `keys`: the properties that force the replacement."""
    step = Step(op, goal.urn, goal.type, goal.name, goal.parent, records.shown(goal, differences), keys)
    if deployment.dry_run:
        deployment.tell(step, True)
        return records.recorded(goal, None, "", records.previewed(deployment.providers, goal))
    resource = records.recorded(goal, None, "", {})
    with _under_way(deployment, step, [goal.inputs]), deployment.state.operation("creating", resource):
        if goal.type.startswith(PROVIDER_PREFIX):
            resource.id, outputs = str(uuid.uuid4()), deployment.provider_outputs(goal)
        else:
            context = deployment.context(goal.provider, goal.timeouts.get("create"), step)
            with deployment.claims.alone(resource):
                resource.id, outputs = deployment.providers.of(goal.type).create(goal.type, plain(goal.inputs), context)
        resource.outputs = records.sealed(deployment.providers, goal, outputs)
        if old is not None and op is Op.REPLACE:
            # The replaced resource stays in the state, marked, until the end of the run.
            deployment.state.condemn(old)
        deployment.state.put(resource, old if op is Op.CREATE else None)
    return resource


def update(deployment: Deployment, goal: Goal, old: Resource, differences: list[PropertyChange]) -> Resource:
    """Update a resource in place."""
    step = Step(Op.UPDATE, goal.urn, goal.type, goal.name, goal.parent, records.shown(goal, differences))
    if deployment.dry_run:
        deployment.tell(step, True)
        return records.recorded(goal, old, old.id, {**old.outputs, **records.previewed(deployment.providers, goal)})
    resource = records.recorded(goal, old, old.id, old.outputs)
    seen = [goal.inputs, old.inputs, old.outputs]
    with _under_way(deployment, step, seen), deployment.state.operation("updating", old):
        if goal.type.startswith(PROVIDER_PREFIX):
            outputs = deployment.provider_outputs(goal)
        else:
            context = deployment.context(goal.provider, goal.timeouts.get("update"), step)
            # After an interrupted update the inputs in force are unknown.
            before = {} if old.urn in deployment.interrupted else plain(old.inputs)
            outputs = deployment.providers.of(goal.type).update(
                goal.type, old.id, before, plain(old.outputs), plain(goal.inputs), context
            )
        resource.outputs = records.sealed(deployment.providers, goal, outputs)
        deployment.state.put(resource, old)
    return resource


def replace(
    deployment: Deployment, goal: Goal, old: Resource, differences: list[PropertyChange], result: DiffResult
) -> Resource:
    """Replace a resource: its successor is made first, unless `result` wants the old one deleted before."""
    step = Step(Op.REPLACE, goal.urn, goal.type, goal.name, goal.parent, records.shown(goal, differences))
    before: list[Resource] = []
    try:
        if old.protect:
            raise EdgeError("is protected and would be replaced; unprotect the resource in the program first")
        if result.delete_before_replace and goal.urn not in deployment.doomed:
            before = [*doomed(deployment, old), old]
    except EdgeError as error:
        deployment.fail(step, error)
        raise
    deployment.replaced |= {goal.urn, *(one.urn for one in before)}
    deployment.doomed |= {one.urn: goal.name for one in before if one is not old}
    if not deployment.dry_run:
        _delete_before(deployment, before)
    later = None if before or goal.urn in deployment.doomed else old
    return create(deployment, goal, Op.REPLACE, later, tuple(differences), result.replace)


def _delete_before(deployment: Deployment, resources: list[Resource]) -> None:
    """Delete resources whose successors are made afterwards. Raises the first error when all running deletes ended."""
    errors: list[EdgeError] = []
    own = {one.urn for one in resources}

    def work(one: Resource) -> None:
        try:
            delete(deployment, one, Op.REPLACE, successor=one.urn)
        except EdgeError as error:
            errors.append(error)
            raise
        # What was in it is gone, and what was in that. If this run is cut off, the next one must make these anew.
        gone = {one.urn}
        for resource in deployment.state.resources:
            if resource.deleted_with in gone and resource.urn not in own:
                gone.add(resource.urn)
                deployment.state.drop(resource)

    # The deletes are a part of the running step, which ends also after Ctrl-C.
    dependents_first(resources, work, lambda: False)
    if errors:
        raise errors[0]


def delete(
    deployment: Deployment, resource: Resource, op: Op = Op.DELETE, *, call: bool = True, successor: str = ""
) -> None:
    """Delete one resource (`call` False: only forget it) and record that.

    An object that another declared resource stands for is kept. `successor` does not count: it is made afterwards.
    """
    step = Step(op, resource.urn, resource.type, resource.name, resource.parent, custom=resource.custom)
    if resource.deleted_with in deployment.replaced:
        # The replaced resource contained this one (`deleted_with`), which is gone with it.
        call = False
    heir = deployment.claims.heir(resource)
    if heir and heir != successor:
        call = False
        if heir != resource.urn:
            name = heir.rpartition("::")[2]
            deployment.summary.warnings.append(
                f"{resource.name}: the object stays, because {name} is the same object now"
            )
    if deployment.dry_run:
        deployment.tell(step, True)
        return
    with _under_way(deployment, step, [resource.inputs, resource.outputs], shown=op is Op.DELETE):
        real = resource.custom and not resource.external and not resource.type.startswith(PROVIDER_PREFIX)
        if not (call and real) or resource.retain_on_delete:
            deployment.state.drop(resource)
            return
        with deployment.state.operation("deleting", resource), deployment.claims.alone(resource):
            context = deployment.context(resource.provider, resource.custom_timeouts.get("delete"), step)
            deployment.providers.of(resource.type).delete(
                resource.type, resource.id, plain(resource.inputs), plain(resource.outputs), context
            )
            deployment.state.drop(resource)
