"""Drift of hosts, found by the program itself: `pulumi up` finds and reverts manual changes.

The command provider cannot read resources. With `readHosts: true`, the program runs the observing part of each script
on its host and compares the output with the output after the last apply, which is an output of the stack. If the two
differ, the script gets another mark in a comment. For Pulumi the mark is a change, so that the script runs.
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
# Argument of pulumi-command's Python SDK -> key in the input of the helper (transport/look.py).
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
    """Marks the scripts of hosts that drifted. Must be created before the resources of these scripts."""

    def __init__(self) -> None:
        own = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
        # The output of the last `up`; absent before the first `up`.
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
    """Drift detection, if the stack enables it. Without the hosts' key, as in a pull request, no host is queried."""
    config = pulumi.Config(PROJECT)
    if not config.get_bool("readHosts"):
        return None
    cluster = stack.cluster
    if isinstance(cluster, DockerCluster | KindCluster):
        # The keys of these hosts are made in the same run. A refresh finds their drift.
        return None
    if isinstance(cluster, ExistingCluster) and not config.get(cluster.ssh.private_key_config):
        return None
    return Drift()


async def _look(name: str, connection: Any, script: str) -> str | None:
    """The output of the script on a host; None, with a warning, if the host cannot be queried."""
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
    """The connection with the provider's own names. The SDK passes a mapping or an object, in either spelling."""
    given = connection
    if not isinstance(connection, Mapping):
        given = {key: getattr(connection, key) for key in (*_SSH, "proxy")}
    plain = {name: value for key, name in _SSH.items() if (value := given.get(key, given.get(name))) is not None}
    return {**plain, "proxy": _plain(given["proxy"])} if given.get("proxy") else plain
