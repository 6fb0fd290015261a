"""Resources that the state has and the program no longer declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.resource import Resource

if TYPE_CHECKING:
    from engine.deployment import Deployment


def leftovers(deployment: Deployment) -> list[Resource]:
    """Resources of the state that this run did not declare. They are to be deleted."""
    live = {id(resource) for resource in deployment.registered.values()}
    recorded = {r.urn for r in deployment.state.resources}
    # Resources that an unfinished create may have made and that the program no longer declares.
    begun = [
        r
        for urn, (kind, r) in deployment.interrupted.items()
        if kind == "creating" and urn not in recorded and urn not in deployment.registered
    ]
    gone = [
        r
        for r in [*deployment.state.resources, *begun]
        if deployment.selection.has(r.urn) and (r.delete or (r.urn not in deployment.registered and id(r) not in live))
    ]
    return _unneeded(deployment, gone) if deployment.selection else gone


def _unneeded(deployment: Deployment, gone: list[Resource]) -> list[Resource]:
    """The resources without components and providers of resources that stay. A selection need not name these."""
    while True:
        going = {id(r) for r in gone}
        needed = {urn for r in deployment.state.resources if id(r) not in going for urn in r.references()}
        rest = [r for r in gone if r.urn not in needed or deployment.selection.real(r.type, r.custom)]
        if len(rest) == len(gone):
            return gone
        gone = rest
