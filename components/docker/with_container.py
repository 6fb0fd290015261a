"""What is in a container goes with it, and comes with the next one: it is not left behind, and nobody tidies it up."""

from __future__ import annotations

import pulumi
from pulumi_command.remote import ConnectionArgs
from pulumi_docker import Container

_COMMAND = "command:remote:Command"


class With:
    """A transformation: commands on a host live and die with its container, objects of the cluster with its API's."""

    def __init__(self, containers: dict[str, Container], connections: dict[str, ConnectionArgs], control: str) -> None:
        self._containers = containers
        self._hosts = {id(way): name for name, way in connections.items()}
        self._control = control

    def __call__(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        host = self._hosts.get(id(args.props.get("connection"))) if args.type_ == _COMMAND else (
            self._control if args.type_.startswith("kubernetes:") else None)  # fmt: skip
        if host is None or args.opts.deleted_with is not None:
            return None
        container = self._containers[host]
        own = pulumi.ResourceOptions(deleted_with=container, replace_with=[container])
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, own))
