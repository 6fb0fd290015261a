"""The arguments of an SSH connection to a host."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_command.remote import ConnectionArgs, ProxyConnectionArgs

from components.inputs.arguments import ArgumentError, described, entry, only
from config.errors import Problem


class BastionArgs(TypedDict):
    """The jump host of a connection."""

    host: pulumi.Input[str]
    port: NotRequired[pulumi.Input[int]]
    user: NotRequired[pulumi.Input[str]]
    private_key: NotRequired[pulumi.Input[str]]
    host_key: NotRequired[pulumi.Input[str]]


class SshArgs(TypedDict):
    """An SSH connection to a host. `hostKey` is the public key line that the host must present.

    `dialErrorLimit` is the maximum number of connection attempts.
    """

    host: pulumi.Input[str]
    host_key: pulumi.Input[str]
    port: NotRequired[pulumi.Input[int]]
    user: NotRequired[pulumi.Input[str]]
    private_key: NotRequired[pulumi.Input[str]]
    private_key_password: NotRequired[pulumi.Input[str]]
    password: NotRequired[pulumi.Input[str]]
    agent_socket_path: NotRequired[pulumi.Input[str]]
    dial_error_limit: NotRequired[pulumi.Input[int]]
    bastion: NotRequired[pulumi.Input[BastionArgs]]


def connection(component: str, given: Any, path: str = "connection") -> pulumi.Input[ConnectionArgs]:
    """The connection of a command. pulumi-command's own arguments are accepted unchanged.

    Raises ArgumentError, also for a connection without a host key, because any machine could answer on the address.
    """
    if isinstance(given, (ConnectionArgs, pulumi.Output)):
        return given
    if not isinstance(given, Mapping):
        raise ArgumentError(component, [Problem(path, "host, hostKey and privateKey", described(given))])
    named = only(component, given, SshArgs.__annotations__)
    missing = [
        Problem(f"{path}.{key}", what, "nothing")
        for key, what in (("host", "an address"), ("host_key", "the host's public key line (ssh-keyscan)"))
        if key not in named
    ]
    if missing:
        raise ArgumentError(component, missing)
    bastion = named.pop("bastion", None)
    if isinstance(bastion, Mapping):
        bastion = ProxyConnectionArgs(
            **{"private_key": entry(given, "private_key"), **only(component, bastion, BastionArgs.__annotations__)}
        )
    return ConnectionArgs(**named, **({"proxy": bastion} if bastion is not None else {}))
