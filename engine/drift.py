"""Drift: real resources that differ from the state."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bugs import as_failure
from engine.deployment import Deployment
from engine.diff import changes, touches
from engine.events import Op, Step
from engine.providers.docker.container_state import DRIFTED
from engine.providers.docker.kinds import REPLACED
from engine.providers.docker.provider import CONTAINER
from engine.registry import PROVIDER_PREFIX
from engine.resource import Resource
from engine.values import plain, reseal

# Outputs that only Docker's engine knows, and may choose anew: a container's addresses and ports, an image's id.
_CHOSEN = ("networkDatas[*].ipAddress", "networkDatas[*].globalIpv6Address", "ports[*].external", "imageId")


def drift(deployment: Deployment) -> Iterator[Step]:
    """Read each resource and record the result in the state. A plan records the result only in its own copy.

    A resource that is `deleted_with` a container is gone if the container is gone. The resources of a stopped
    container cannot be read: they stay in the state as they are, and only the container counts as drifted. The same
    applies to a resource whose connection goes through a container that is stopped or gone, or whose address comes from
    an output that has changed: the recorded address may be another host's.
    """
    gone: set[str] = set()
    down: set[str] = set()
    for resource in list(deployment.state.resources):
        made = resource.custom and not resource.external and not resource.type.startswith(PROVIDER_PREFIX)
        way = {resource.deleted_with, *resource.property_dependencies.get("connection", ())}
        if not made or way & down or not deployment.selection.has(resource.urn):
            continue
        if resource.deleted_with not in gone and way & gone:
            continue
        step = _gone(deployment, resource) if resource.deleted_with in gone else _looked(deployment, resource)
        if step is None:
            continue
        if resource.type == CONTAINER and (step.op is Op.DELETE or REPLACED in resource.inputs):
            gone.add(resource.urn)
        elif DRIFTED in resource.inputs or any(touches(change, ["stdout", *_CHOSEN]) for change in step.changes):
            down.add(resource.urn)
        yield step


def _gone(deployment: Deployment, resource: Resource) -> Step:
    if deployment.dry_run:
        deployment.forget(resource)
    else:
        deployment.state.drop(resource)
    return Step(Op.DELETE, resource.urn, resource.type, resource.name, resource.parent)


def _looked(deployment: Deployment, resource: Resource) -> Step | None:
    identity = resource.urn, resource.type, resource.name, resource.parent
    try:
        context = deployment.context(resource.provider)
        found = deployment.providers.of(resource.type).read(
            resource.type, resource.id, plain(resource.inputs), plain(resource.outputs), context
        )
    except Exception as error:
        deployment.fail(Step(Op.REFRESH, *identity), as_failure(error, [resource.inputs, resource.outputs]))
        return None
    if found is None:
        return _gone(deployment, resource)
    inputs, outputs = reseal(resource.inputs, found[0]), reseal(resource.outputs, found[1])
    differences = tuple(changes(resource.inputs, inputs))
    # What Docker has chosen counts alone. Of a stopped container, its status says enough.
    known = ["stdout"] if differences else list(_CHOSEN)
    printed = tuple(
        change for change in changes(resource.outputs, outputs) if change.kind == "update" and touches(change, known)
    )
    if not differences and not printed:
        return Step(Op.SAME, *identity)
    resource.inputs, resource.outputs = inputs, outputs
    if not deployment.dry_run:
        deployment.state.put(resource)
    return Step(Op.UPDATE, *identity, changes=differences + printed)
