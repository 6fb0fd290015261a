"""Deletes and replaces the objects in a cluster together with the cluster."""

from __future__ import annotations

import pulumi


class OfTheCluster:
    """A transformation of every object of the cluster. An API that is about to be removed needs no cleanup."""

    def __init__(self, cluster: pulumi.Resource) -> None:
        """`cluster`: the resource that makes the cluster, and whose delete removes it."""
        self._own = pulumi.ResourceOptions(deleted_with=cluster, replace_with=[cluster])

    def __call__(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not args.type_.startswith("kubernetes:") or args.opts.deleted_with is not None:
            return None
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, self._own))
