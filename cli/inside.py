"""Runs commands in the containers of a stack, without the docker command."""

from __future__ import annotations

from collections.abc import Sequence

from cli.context import StackContext
from config.errors import DockerError, LabError


def command_in(context: StackContext, name: str, command: Sequence[str]) -> list[str]:
    """The command line that runs `command` in a host's container. Raises EdgeError if the container does not run."""
    from effective.containers import container_of
    from transport.docker import connect, failures

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
    return ["nsenter", "--target", str(pid), "--all", "--", *command]
