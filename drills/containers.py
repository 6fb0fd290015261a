"""A stack of containers as a testbed: Docker's own means break it, and requests come from its containers."""

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

_KUBECONFIG = "/etc/kubernetes/admin.conf"
# The ends of a container's links on the engine's machine, by the index that the container tells.
_WIRES = "for link in /sys/class/net/eth*; do cat $link/iflink; done"
_ON_WIRES = """ip -o link show | while IFS=': @' read -r index name _; do
	for wanted in {indexes}; do [ "$index" = "$wanted" ] && {act}; done
done; true"""


class ContainerTestbed:
    """Faults and clients of the containers of one stack, by the command `docker`.

    A container of its own, on the engine's machine, reaches the links' other ends: use the testbed in a `with`.
    """

    def __init__(self, name: str, stack: StackConfig) -> None:
        """`name`: the stack's. Raises DockerError where there is no command `docker`."""
        if shutil.which("docker") is None:
            raise DockerError("drills of containers need the command docker on PATH")
        self.stack = stack
        self._image = _image(stack)
        self._name = name
        self._helper = name_on_engine(name, "drill")
        self._wires: dict[str, list[str]] = {}

    def __enter__(self) -> Self:
        # What a drill that was killed has left.
        self._remove_helper()
        # Before any traffic: it takes a second to start.
        self._docker(
            *("run", "--detach", "--rm", "--privileged", "--network", "host", "--name", self._helper),
            *("--entrypoint", "sleep", self._image, "infinity"),
        )
        return self

    def __exit__(self, *args: object) -> None:
        self._remove_helper()

    def freeze(self, host: str) -> None:
        """Stop every process of a host: docker pause."""
        if not self._paused(host):
            self._docker("pause", self._container(host))

    def thaw(self, host: str) -> None:
        """Let them go on."""
        if self._paused(host):
            self._docker("unpause", self._container(host))

    def _wire(self, host: str, act: str) -> None:
        if host not in self._wires:
            self._wires[host] = self.run(host, _WIRES).split()
        script = _ON_WIRES.format(indexes=" ".join(self._wires[host]), act=act)
        self._docker("exec", self._helper, "sh", "-c", script)

    silence = partialmethod(_wire, act='bridge link set dev "$name" state 0')
    unsilence = partialmethod(_wire, act='bridge link set dev "$name" state 3')
    cut = partialmethod(_wire, act='ip link set "$name" down')
    join = partialmethod(_wire, act='ip link set "$name" up')

    def power_off(self, host: str) -> None:
        """End a container at once: docker kill."""
        self._docker("kill", self._container(host))

    def power_on(self, host: str) -> None:
        """Start a container, and with a node of kind the container beside the node."""
        # The ends of its links are new ones.
        self._wires.pop(host, None)
        self._docker("start", self._container(host))
        beside = name_on_engine(self._name, f"{host}-access")
        if self._docker("ps", "--all", "--quiet", "--filter", f"name=^{beside}$").strip():
            self._docker("start", beside)

    def can_boot(self) -> None:
        """Containers can."""

    def run(self, host: str, script: str) -> str:
        """A shell script on a host. Raises DockerError where it fails."""
        return self._docker("exec", self._container(host), "sh", "-c", script)

    def kubectl(self, *words: str) -> str:
        """kubectl on the control plane. Raises DockerError where it fails."""
        return self._docker(*self._kubectl(*words))

    def apply(self, manifest: dict[str, Any]) -> None:
        """Create or change an object. Raises DockerError where that fails."""
        words = ("apply", "--server-side", "--force-conflicts", "-f", "-")
        self._docker(*self._kubectl(*words), stdin=json.dumps(manifest))

    def newer_cilium(self) -> str:
        """Raises DockerError: nodes run the images that the stack names, and no newer one is known."""
        raise DockerError("no newer image of Cilium is known for containers")

    def client(self, where: str, arguments: list[str]) -> subprocess.Popen[str]:
        """A process in a pod or on a host, its output in a pipe."""
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
        shown = self._docker("container", "inspect", "--format", "{{.State.Paused}}", self._container(host))
        return shown.strip() == "true"

    def _remove_helper(self) -> None:
        if self._docker("ps", "--all", "--quiet", "--filter", f"name=^{self._helper}$").strip():
            self._docker("rm", "--force", "--volumes", self._helper)

    def _docker(self, *words: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            ["docker", *words], input=stdin or "", capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode != 0:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            raise DockerError(f"docker {words[0]}: {lines[-1]}")
        return done.stdout


def _image(stack: StackConfig) -> str:
    """An image with iproute2, for the container that reaches the links' other ends."""
    cluster = stack.cluster
    assert isinstance(cluster, DockerCluster | KindCluster)
    return cluster.images.access if isinstance(cluster, KindCluster) else cluster.images.node
