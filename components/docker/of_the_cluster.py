"""The objects in a cluster are deleted with the cluster, and made anew with the next one."""

from __future__ import annotations

import pulumi


class OfTheCluster:
    """A transformation of every object of the cluster: nobody tidies up an API that is about to be removed."""

    def __init__(self, cluster: pulumi.Resource) -> None:
        """`cluster`: the resource that the cluster stands and falls with."""
        self._own = pulumi.ResourceOptions(deleted_with=cluster, replace_with=[cluster])

    def __call__(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not args.type_.startswith("kubernetes:") or args.opts.deleted_with is not None:
            return None
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, self._own))
