"""The provider for each resource type."""

from __future__ import annotations

import threading

from config.errors import UnsupportedResource
from engine.providers.base import Provider
from engine.providers.command import COPY, LOCAL, REMOTE, CommandProvider
from engine.providers.docker.provider import KINDS, DockerProvider
from engine.providers.helm import RELEASE, HelmProvider
from engine.providers.kubernetes import KubernetesProvider
from engine.values import Properties
from transport.ssh import SshPool

PROVIDER_PREFIX = "pulumi:providers:"
INSTALL = "install the Pulumi CLI: curl -fsSL https://get.pulumi.com | sh"
# An output that this engine adds to a Kubernetes provider: the uid of namespace kube-system, which every cluster has.
CLUSTER_UID = "clusterUid"


class Providers:
    """The built-in providers and their shared objects. `ending` is set when the run is ending."""

    def __init__(self) -> None:
        self.ending = threading.Event()
        self._pool: SshPool | None = None
        self._made: dict[str, Provider] = {}
        self._objects = KubernetesProvider()
        self._containers = DockerProvider()
        self._lock = threading.Lock()

    def of(self, kind: str) -> Provider:
        """The provider of a type. Raises UnsupportedResource if there is none."""
        with self._lock:
            return self._of(kind)

    def _of(self, kind: str) -> Provider:
        if kind in (LOCAL, REMOTE, COPY):
            if "command" not in self._made:
                self._pool = SshPool(self.ending)
                self._made["command"] = CommandProvider(self._pool)
            return self._made["command"]
        if kind == RELEASE:
            return self._made.setdefault("helm", HelmProvider())
        if kind in KINDS:
            return self._containers
        if _is_object(kind):
            return self._objects
        raise UnsupportedResource(f"{kind}: the built-in engine plans this type but cannot apply it; {INSTALL}")

    def supports(self, kind: str) -> bool:
        """Whether a built-in provider can apply the type."""
        if kind.startswith(PROVIDER_PREFIX):
            return True
        try:
            self.of(kind)
        except UnsupportedResource:
            return False
        return True

    def checked(self, kind: str, inputs: Properties) -> Properties:
        """The inputs with what a provider adds before they are compared: the digest of the files of an image."""
        return self._containers.checked(kind, inputs) if kind in KINDS else inputs

    def finder(self, kind: str) -> KubernetesProvider | None:
        """The provider that finds a resource of the type by its id; None if there is none."""
        return self._objects if _is_object(kind) else None

    def close(self) -> None:
        """Close the providers' connections."""
        if self._pool is not None:
            self._pool.close()
        self._containers.close()


def _is_object(kind: str) -> bool:
    return kind.startswith("kubernetes:") and not kind.startswith("kubernetes:helm.sh")
