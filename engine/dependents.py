"""Resources that go before a resource that is deleted before its successor exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import EdgeError
from engine.diff import PropertyChange
from engine.registry import PROVIDER_PREFIX
from engine.resource import Resource
from engine.values import UNKNOWN, plain

if TYPE_CHECKING:
    from engine.deployment import Deployment


def doomed(deployment: Deployment, old: Resource) -> list[Resource]:
    """The deployed resources that are replaced, because some of their inputs come from `old`; and theirs in turn.

    As in Pulumi, an input counts if its change replaces the resource. Raises EdgeError if one of them must not go.
    """
    gone, found = {old.urn}, list[Resource]()
    # Dependencies come first in the state.
    for resource in deployment.state.resources:
        if resource.urn in gone or resource.delete or not _replaced_by(deployment, resource, gone):
            continue
        if resource.protect:
            raise EdgeError(
                f"would be deleted, and {resource.name}, which needs it, is protected;"
                f" unprotect {resource.name} in the program first"
            )
        if not deployment.selection.has(resource.urn):
            raise EdgeError(f"would be deleted, and {resource.name}, which needs it, is not among the targets")
        gone.add(resource.urn)
        found.append(resource)
    return found


def _replaced_by(deployment: Deployment, resource: Resource, gone: set[str]) -> bool:
    """Whether a change of the inputs that come from resources in `gone` replaces a resource."""
    made = resource.custom and not resource.external and not resource.type.startswith(PROVIDER_PREFIX)
    paths = [path for path, urns in resource.property_dependencies.items() if gone & set(urns)]
    if not (made and paths and deployment.providers.supports(resource.type)):
        return False
    changed = [PropertyChange(path, resource.inputs.get(path), UNKNOWN) for path in paths]
    provider = deployment.context(resource.provider).provider
    found = deployment.providers.of(resource.type).diff(resource.type, plain(resource.inputs), changed, provider)
    return bool(found.replace)
