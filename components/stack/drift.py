"""Drift of hosts, seen by the program itself: `pulumi up` finds what somebody changed by hand, and sets it right.

The command provider cannot read. With `readHosts: true` the program asks each host for what it would observe after
an apply, and compares it with what the last one observed there, which is among the stack's own outputs. Where the
two differ the script gets another mark, in a comment: to Pulumi that is a change, and the script runs.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

import pulumi

from components.hosts.observe import OBSERVE
from config.cluster import DockerCluster, ExistingCluster, KindCluster
from config.home import IMPORTED_FROM, PACKAGE
from config.load import PROJECT
from config.stack import StackConfig

OUTPUT = "observed"
_REMOTE = "command:remote:Command"
# How pulumi-command's arguments are called here, and in what is handed to the helper.
_SSH = {
    "host": "host",
    "port": "port",
    "user": "user",
    "private_key": "privateKey",
    "host_key": "hostKey",
    "private_key_password": "privateKeyPassword",
    "password": "password",
    "dial_error_limit": "dialErrorLimit",
    "agent_socket_path": "agentSocketPath",
}


class Drift:
    """Marks the scripts of hosts that drifted. It has to be made before the resources that it is about."""

    def __init__(self) -> None:
        own = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
        # The stack as the last `up` left it; nothing before the first one.
        self._before = pulumi.StackReference("last-up", own).get_output(OUTPUT)
        self._marks: dict[str, tuple[pulumi.Resource, pulumi.Output[int]]] = {}
        pulumi.runtime.register_stack_transformation(self._marked)

    def outputs(self) -> dict[str, dict[str, Any]]:
        """Resource name -> what was observed after its script ran, and the script's mark."""
        return {name: {"seen": made.stdout, "mark": mark} for name, (made, mark) in self._marks.items()}

    def _marked(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        script = args.props.get("create")
        if args.type_ != _REMOTE or not isinstance(script, str) or OBSERVE not in script:
            return None
        observe = script.partition(OBSERVE)[2]

        async def mark(known: Any) -> int:
            connection, before = known
            last = (before or {}).get(args.name)
            if last is None:
                return 0
            seen, number = await _look(args.name, connection, observe), int(last["mark"])
            return number if seen in (None, last["seen"]) else number + 1

        number = pulumi.Output.all(args.props["connection"], self._before).apply(mark)
        self._marks[args.name] = args.resource, pulumi.Output.unsecret(number)
        marked = {
            key: pulumi.Output.unsecret(number).apply(lambda n, text=text: f"# mark: {n}\n{text}" if n else text)
            for key in ("create", "update")
            if (text := args.props.get(key))
        }
        return pulumi.ResourceTransformationResult(props={**args.props, **marked}, opts=args.opts)


def drift(stack: StackConfig) -> Drift | None:
    """Where the stack asks for it. Where the key to the hosts is not there, as in a pull request, nobody is asked."""
    config = pulumi.Config(PROJECT)
    if not config.get_bool("readHosts"):
        return None
    cluster = stack.cluster
    if isinstance(cluster, DockerCluster | KindCluster):
        # Its keys are made in the same run, and who refreshes sees its hosts.
        return None
    if isinstance(cluster, ExistingCluster) and not config.get(cluster.ssh.private_key_config):
        return None
    return Drift()


async def _look(name: str, connection: Any, script: str) -> str | None:
    """What the host says; None, with a warning, where it cannot be asked."""
    asked = json.dumps({"connection": _plain(connection), "script": script})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"{PACKAGE}transport.look",
        cwd=IMPORTED_FROM,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, why = await process.communicate(asked.encode())
    if process.returncode:
        pulumi.log.warn(f"{name}: whether it drifted is not known: {why.decode(errors='replace').strip()}")
        return None
    return said.decode(errors="replace").rstrip("\n")


def _plain(connection: Any) -> dict[str, Any]:
    """The connection with the provider's own names, whatever the SDK made of it."""
    given = connection
    if not isinstance(connection, Mapping):
        given = {key: getattr(connection, key) for key in (*_SSH, "proxy")}
    plain = {name: value for key, name in _SSH.items() if (value := given.get(key, given.get(name))) is not None}
    return {**plain, "proxy": _plain(given["proxy"])} if given.get("proxy") else plain
