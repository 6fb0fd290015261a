"""SSH to a node that has no sshd, through a container in the node's network and process namespaces."""

from __future__ import annotations

import pulumi
from pulumi_command.remote import ConnectionArgs
from pulumi_docker import Container

from components.docker.health import health_check
from components.docker.keys import public, ssh_key
from effective.containers import name_on_engine

# The node may have an sshd on port 22.
PORT = 22022
# The container is healthy before the first attempt, so that more attempts would not help.
_ATTEMPTS = 3
_PID = "/run/edge-sshd.pid"
# Every command runs in all namespaces of the node.
_SSHD = f"""\
Port {PORT}
HostKey /etc/ssh/edge_host_key
AuthorizedKeysFile /etc/ssh/edge_authorized_keys
PidFile {_PID}
PermitRootLogin prohibit-password
PasswordAuthentication no
ForceCommand nsenter --target 1 --all -- /bin/sh -c "$SSH_ORIGINAL_COMMAND"
"""
_START = f"mkdir -p /run/sshd && rm -f {_PID} && exec /usr/sbin/sshd -D -e -f /etc/ssh/edge_sshd"


def access_container(
    node: str,
    container: pulumi.Output[str],
    address: pulumi.Output[str],
    key: pulumi.Output[str],
    image: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> ConnectionArgs:
    """SSH to a node through a container beside the node. `container`: the id of the node's own container."""
    host_key = ssh_key(f"{node}-host-key", opts.parent)
    joined = container.apply(lambda id: f"container:{id}")
    files = {"edge_host_key": host_key, "edge_authorized_keys": public(key), "edge_sshd": _SSHD}
    made = Container(
        f"{node}-access",
        name=name_on_engine(pulumi.get_stack(), f"{node}-access"),
        image=image,
        entrypoints=["/bin/sh", "-c", _START],
        network_mode=joined,
        pid_mode=joined,
        privileged=True,
        security_opts=["apparmor=unconfined", "label=disable", "seccomp=unconfined"],
        restart="unless-stopped",
        uploads=[
            {"file": f"/etc/ssh/{name}", "content": content, "permissions": "0600"} for name, content in files.items()
        ],
        wait=True,
        wait_timeout=60,
        healthcheck=health_check(f"test -s {_PID}", retries=30),
        opts=opts,
    )
    return ConnectionArgs(
        host=pulumi.Output.all(made.id, address).apply(lambda both: both[1]),
        port=PORT,
        user="root",
        private_key=key,
        host_key=public(host_key),
        dial_error_limit=_ATTEMPTS,
    )
