"""Manifests: objects of a stack that no other component has, in the API's own format."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.kubernetes.objects import objects
from components.kubernetes.places import Manifest


class Manifests(pulumi.ComponentResource):
    """Any objects. They are created after the component's dependencies."""

    def __init__(self, name: str, args: Sequence[Manifest], opts: pulumi.ResourceOptions) -> None:
        super().__init__("cilium-edge:cilium:Manifests", name, None, opts)
        objects(name, args, pulumi.ResourceOptions(parent=self, depends_on=opts.depends_on))
        self.register_outputs({})
