"""What a host is made of where the program makes it: what is set on the host lives and dies with that."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_command.remote import ConnectionArgs

# By the connection, which is all that a component is given of a host. It is kept, so that its number stays its own.
_HOSTS: dict[int, tuple[ConnectionArgs, pulumi.Resource]] = {}


def made_of(connection: ConnectionArgs, resource: pulumi.Resource) -> None:
    """Note what the host at the other end is."""
    _HOSTS[id(connection)] = (connection, resource)


def living_on(connection: Any, options: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """The options of something that is set on a host: it is made anew with the host, and goes with it."""
    found = _HOSTS.get(id(connection))
    if found is None:
        return options
    own = pulumi.ResourceOptions(deleted_with=found[1], replace_with=[found[1]])
    return pulumi.ResourceOptions.merge(options, own)
