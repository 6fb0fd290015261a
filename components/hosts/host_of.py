"""The resources of hosts that the program itself creates. Settings on such a host depend on its resource."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_command.remote import ConnectionArgs

# By id of the connection, because components know only the connection of a host. The reference keeps the id unique.
_HOSTS: dict[int, tuple[ConnectionArgs, pulumi.Resource]] = {}


def made_of(connection: ConnectionArgs, resource: pulumi.Resource) -> None:
    """Registers the resource of the host at the other end of a connection."""
    _HOSTS[id(connection)] = (connection, resource)


def living_on(connection: Any, options: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """The options of a setting on a host: the setting is replaced and deleted together with the host."""
    found = _HOSTS.get(id(connection))
    if found is None:
        return options
    own = pulumi.ResourceOptions(deleted_with=found[1], replace_with=[found[1]])
    return pulumi.ResourceOptions.merge(options, own)
