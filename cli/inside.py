"""Runs commands in the containers of a stack, without the docker command."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from cli.context import StackContext
from config.errors import DockerError, LabError


def command_in(context: StackContext, name: str, command: Sequence[str]) -> list[str]:
    """The command line that runs `command` in a host's container.

    Raises EdgeError if the container does not run, or runs on another machine than this process.
    """
    from effective.containers import container_of
    from transport.docker import address, connect, failures

    hosts, container = context.stack.hosts(), container_of(context.stack, context.name, name)
    if name not in hosts:
        raise LabError(f"the stack has no host {name}; its hosts are {', '.join(hosts)}")
    context.choose_docker()
    docker = connect()
    try:
        with failures(f"container {container}"):
            found = docker.containers.get(container)
    except DockerError as error:
        raise DockerError(f"{error}; edge up -s {context.name} makes it") from None
    finally:
        docker.close()
    pid = int(found.attrs["State"]["Pid"])
    if not pid:
        raise LabError(f"container {container}: {found.status}; edge up --refresh -s {context.name} starts it")
    if not _is_here(pid, str(found.id)):
        raise LabError(
            f"container {container}: expected its process on this machine, got an engine whose processes are elsewhere"
            f" (Docker at {address()}); run: docker exec -it {container} {shlex.join(command)}"
        )
    return ["nsenter", "--target", str(pid), "--all", "--", *command]


def _is_here(pid: int, container: str) -> bool:
    """Whether the process is one of the container with this id.

    The number of the process counts on the engine's machine. Here it may be the number of any other process.
    """
    try:
        groups, mounts = (Path(f"/proc/{pid}/{name}").read_text() for name in ("cgroup", "mountinfo"))
    except OSError:
        return False
    # A container without a namespace of control groups may leave its group. Its /etc/hosts stays the engine's file.
    return container in groups or f"/containers/{container}/hosts /etc/hosts " in mounts
