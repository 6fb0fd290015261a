"""A stack, and what is observed of it once: for answers that go into the why of something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.errors import ApiError
from diagnosis.why.world import World
from effective.made import with_made

if TYPE_CHECKING:
    from probes.field import Field


def observe(field: Field) -> World:
    """Ask once. What does not answer is missing, and `seen.errors` says why."""
    seen, made = field.look(), with_made(field.stack)
    advertisements: list[Any] = []
    if made.bgp is not None:
        try:
            advertisements = field.kube.find(made.cilium.edge_api_version, "CiliumBGPAdvertisement")
        except ApiError as error:
            seen.errors["CiliumBGPAdvertisement"] = str(error)
    return World(made, seen, advertisements)
