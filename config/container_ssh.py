"""SSH settings without an effect on containers: the program makes the keys, and logs in as root at Docker's address."""

from __future__ import annotations

from collections.abc import Iterator

from config.errors import Problem
from config.node_group import GroupSsh
from config.ssh import SshAccess, SshEndpoint
from config.stack import StackConfig

_NONE = "no value (the stack makes the containers and their SSH keys)"
_DEFAULT = SshAccess()


def ineffective_ssh(stack: StackConfig) -> Iterator[Problem]:
    """Every SSH setting that a stack of containers does not use. `dialErrorLimit` is used."""
    ssh = stack.cluster.ssh
    if ssh.user != _DEFAULT.user:
        yield Problem("cluster.ssh.user", "root (containers have the stack's key for root only)", ssh.user)
    if ssh.bastion is not None:
        yield Problem("cluster.ssh.bastion", "no value (no jump host leads to containers)", ssh.bastion.host)
    if ssh.private_key_config != _DEFAULT.private_key_config:
        yield Problem("cluster.ssh.privateKeyConfig", _NONE, ssh.private_key_config)
    single = len(stack.nodes) - sum(group.count for group in stack.node_groups)
    endpoints = [(f"nodes[{i}].ssh", node.ssh) for i, node in enumerate(stack.nodes[:single])]
    endpoints += [(f"routers[{i}].ssh", router.ssh) for i, router in enumerate(stack.routers) if router.managed]
    for where, endpoint in endpoints:
        yield from _endpoint(where, endpoint)
        if endpoint.host_key is not None:
            yield Problem(f"{where}.hostKey", _NONE, "a key")
    for i, group in enumerate(stack.node_groups):
        yield from _endpoint(f"nodeGroups[{i}].ssh", group.ssh)
        if group.ssh.host_keys:
            yield Problem(f"nodeGroups[{i}].ssh.hostKeys", _NONE, f"keys of {', '.join(group.ssh.host_keys)}")


def _endpoint(where: str, ssh: SshEndpoint | GroupSsh) -> Iterator[Problem]:
    if ssh.host is not None:
        yield Problem(f"{where}.host", _NONE, ssh.host)
    if ssh.port != SshEndpoint().port:
        yield Problem(f"{where}.port", _NONE, str(ssh.port))
