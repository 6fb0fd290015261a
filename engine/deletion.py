"""Deletes many resources, dependents first. What others need, and what is protected, stays."""

from __future__ import annotations

from config.errors import DeploymentFailed, EdgeError
from engine import steps
from engine.deployment import Deployment
from engine.events import Op, Step
from engine.order import dependents_first
from engine.resource import Resource


def delete_all(deployment: Deployment, resources: list[Resource]) -> None:
    """Delete resources in parallel. `deployment.failures` has what failed, or why nothing was deleted."""
    going = {r.urn for r in resources}
    for kept in deployment.state.resources if deployment.selection else ():
        held = kept.references() & going
        if kept.urn not in going and held:
            names = ", ".join(sorted(urn.rpartition("::")[2] for urn in held))
            deployment.failures.append(f"{kept.name}: depends on {names}, and is not among the targets")
    if deployment.failures:
        return

    def delete(resource: Resource) -> None:
        if resource.protect and not resource.delete:
            step = Step(Op.DELETE, resource.urn, resource.type, resource.name)
            error = EdgeError("is protected and would be deleted; unprotect the resource in the program first")
            deployment.fail(step, error)
            raise error
        # A resource that is deleted with another one needs no call of its own.
        steps.delete(deployment, resource, call=resource.deleted_with not in going)

    dependents_first(resources, delete, deployment.halt.is_set)


def refuse_protected(resources: list[Resource]) -> None:
    """Raises DeploymentFailed if some of the resources are protected."""
    names = ", ".join(r.name for r in resources if r.protect)
    if names:
        raise DeploymentFailed(
            [
                f"nothing is deleted, because these resources are protected: {names};"
                " unprotect the resources in the program first"
            ]
        )
