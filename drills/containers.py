"""A stack of containers as a testbed for drills: its faults, and the sources of requests."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from functools import partialmethod
from typing import Any, Self

from config.cluster import DockerCluster, KindCluster
from config.errors import DockerError
from config.stack import StackConfig
from effective.containers import container_of, control_plane, name_on_engine

# The longest command is a rollout.
_SECONDS = 120
_KUBECONFIG = "/etc/kubernetes/admin.conf"
# Prints the indexes of the other ends of a container's links, which are on the engine's machine.
_WIRES = "for link in /sys/class/net/eth*; do cat $link/iflink; done"
# Acts on each of these links. A fault that does nothing must not pass for a fault without an effect.
_ON_WIRES = """set -eu
links=$(ip -o link show)
for index in {indexes}; do
	name=$(echo "$links" | sed -n "s/^$index: \\([^:@]*\\)[:@].*/\\1/p")
	[ -n "$name" ] || {{ echo "the engine's machine has no link with index $index" >&2; exit 1; }}
	{act}
done"""


class ContainerTestbed:
    """Faults and clients of the containers of one stack, by the command `docker`.

    A helper container on the network of the engine's machine changes the other ends of the links. The context manager
    starts and removes the helper.
    """

    def __init__(self, name: str, stack: StackConfig) -> None:
        """`name`: the stack's name."""
        self.stack = stack
        self._image = _image(stack)
        self._name = name
        self._helper = name_on_engine(name, "drill")
        self._wires: dict[str, list[str]] = {}

    def __enter__(self) -> Self:
        """Raises DockerError if the command `docker` is missing."""
        if shutil.which("docker") is None:
            raise DockerError("drills of containers need the command docker on PATH")
        # A killed drill leaves its helper.
        self._remove_helper()
        # The helper takes a second to start, so it starts before the traffic.
        try:
            self._docker(
                *("run", "--detach", "--rm", "--privileged", "--network", "host", "--name", self._helper),
                *("--entrypoint", "sleep", self._image, "infinity"),
            )
        except BaseException:
            self._remove_helper()
            raise
        return self

    def __exit__(self, *args: object) -> None:
        self._remove_helper()

    def freeze(self, host: str) -> None:
        """Stop every process of a host: docker pause."""
        if not self._paused(host):
            self._docker("pause", self._container(host))

    def thaw(self, host: str) -> None:
        """Let the stopped processes of a host continue: docker unpause."""
        if self._paused(host):
            self._docker("unpause", self._container(host))

    def _wire(self, host: str, act: str) -> None:
        if host not in self._wires:
            self._wires[host] = self.run(host, _WIRES).split()
        if not self._wires[host]:
            raise DockerError(f"{host}: no link eth0, eth1 and so on: the container is on no network")
        script = _ON_WIRES.format(indexes=" ".join(self._wires[host]), act=act)
        self._docker("exec", self._helper, "sh", "-c", script)

    silence = partialmethod(_wire, act='bridge link set dev "$name" state 0')
    unsilence = partialmethod(_wire, act='bridge link set dev "$name" state 3')
    cut = partialmethod(_wire, act='ip link set "$name" down')
    join = partialmethod(_wire, act='ip link set "$name" up')

    def power_off(self, host: str) -> None:
        """End a container at once: docker kill. Its links are silent before, because a kernel that loses power closes
        no connection."""
        self.silence(host)
        self._docker("kill", self._container(host))

    def power_on(self, host: str) -> None:
        """Start a container and, for a node of kind, the node's access container."""
        if self._state(host, "Running") == "true":
            # The fault did not get as far as the kill.
            self.unsilence(host)
        # A started container has new links.
        self._wires.pop(host, None)
        self._docker("start", self._container(host))
        beside = name_on_engine(self._name, f"{host}-access")
        if self._docker("ps", "--all", "--quiet", "--filter", f"name=^{beside}$").strip():
            self._docker("start", beside)

    def can_boot(self) -> None:
        """Raises nothing: containers can boot."""

    def run(self, host: str, script: str) -> str:
        """Run a shell script on a host; returns its output. Raises DockerError if the script fails."""
        # A fault on a host may need more rights than the host's own processes have.
        return self._docker("exec", "--privileged", self._container(host), "sh", "-c", script)

    def kubectl(self, *words: str) -> str:
        """Run kubectl on the control plane; returns its output. Raises DockerError if kubectl fails."""
        return self._docker(*self._kubectl(*words))

    def apply(self, manifest: dict[str, Any]) -> None:
        """Create or change an object. Raises DockerError on failure."""
        words = ("apply", "--server-side", "--force-conflicts", "-f", "-")
        self._docker(*self._kubectl(*words), stdin=json.dumps(manifest))

    def newer_cilium(self) -> str:
        """Raises DockerError: nodes run the images that the stack names, and no newer image is known."""
        raise DockerError("no newer image of Cilium is known for containers")

    def client(self, where: str, arguments: list[str]) -> subprocess.Popen[str]:
        """Start a process in a pod or on a host, with its output in a pipe."""
        kind, _, name = where.partition("/")
        words = self._kubectl("exec", name, "--", *arguments) if kind == "pod" else self._exec(name, arguments)
        return subprocess.Popen(
            ["docker", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _kubectl(self, *words: str) -> list[str]:
        return self._exec(control_plane(self.stack).name, ["kubectl", f"--kubeconfig={_KUBECONFIG}", *words])

    def _exec(self, host: str, command: Sequence[str]) -> list[str]:
        return ["exec", "--interactive", self._container(host), *command]

    def _container(self, host: str) -> str:
        return container_of(self.stack, self._name, host)

    def _paused(self, host: str) -> bool:
        return self._state(host, "Paused") == "true"

    def _state(self, host: str, key: str) -> str:
        """A value of the state of a host's container, as Docker prints it."""
        return self._docker("container", "inspect", "--format", f"{{{{.State.{key}}}}}", self._container(host)).strip()

    def _remove_helper(self) -> None:
        if self._docker("ps", "--all", "--quiet", "--filter", f"name=^{self._helper}$").strip():
            self._docker("rm", "--force", "--volumes", self._helper)

    def _docker(self, *words: str, stdin: str | None = None) -> str:
        try:
            done = subprocess.run(
                ["docker", *words],
                input=stdin or "",
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
                # Ctrl-C must not reach a command that heals.
                process_group=0,
            )
        except subprocess.TimeoutExpired:
            raise DockerError(f"docker {words[0]}: no answer within {_SECONDS} s; does the engine still run?") from None
        if done.returncode != 0:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            raise DockerError(f"docker {words[0]}: {lines[-1]}")
        return done.stdout


def _image(stack: StackConfig) -> str:
    """An image with iproute2, for the helper container."""
    cluster = stack.cluster
    assert isinstance(cluster, DockerCluster | KindCluster)
    return cluster.images.access if isinstance(cluster, KindCluster) else cluster.images.node
