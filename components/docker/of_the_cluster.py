"""What is in the cluster goes with the control plane's container, and comes with the next one."""

from __future__ import annotations

import pulumi
from pulumi_docker import Container


class OfTheCluster:
    """A transformation of every object of the cluster: nobody tidies up an API that is about to be removed."""

    def __init__(self, control_plane: Container) -> None:
        self._own = pulumi.ResourceOptions(deleted_with=control_plane, replace_with=[control_plane])

    def __call__(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not args.type_.startswith("kubernetes:") or args.opts.deleted_with is not None:
            return None
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, self._own))
