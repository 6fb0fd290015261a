"""CiliumInstall: the Helm release, and the wait until its operator has registered the CRDs."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pulumi
from pulumi_command.local import Command

from components.access import Access
from components.cilium.manifests import crd_names
from components.cilium.values import helm_values
from components.kubernetes import HelmRelease, KubernetesProvider
from components.observe import ONLY_WAITS
from config.stack import StackConfig

_REPOSITORY = "https://helm.cilium.io"


class CiliumInstall(pulumi.ComponentResource):
    """Cilium by Helm, once the resources of `after` are there.

    `crds` is what custom resources depend on: they exist only once the operator has registered
    them, which is after the release. `ready` waits for an agent on every node.
    """

    def __init__(self, name: str, stack: StackConfig, access: Access, provider: KubernetesProvider,
                 after: list[pulumi.Resource], opts: pulumi.ResourceOptions | None = None) -> None:  # fmt: skip
        super().__init__("cilium-edge:cilium:CiliumInstall", name, None, opts)
        cilium = stack.cilium
        chart = cilium.chart or access.chart()
        inputs = {
            "name": "cilium",
            "namespace": cilium.namespace,
            "chart": chart or "cilium",
            "version": cilium.version,
            "values": helm_values(stack),
            # Agents are ready when the CRDs below are there, so helm must not wait for them.
            "skipAwait": True,
        }
        if chart is None:
            inputs["repositoryOpts"] = {"repo": cilium.repository or _REPOSITORY}
        child = pulumi.ResourceOptions(parent=self, provider=provider, depends_on=after)
        self.release = HelmRelease(name, inputs, child)
        names = crd_names(stack)
        installed = pulumi.ResourceOptions(parent=self, depends_on=[self.release], deleted_with=self.release)
        self.crds = self._wait(f"{name}-crds", cilium.ready_timeout, access, ["crds", *names], installed)
        self.ready = self._wait(f"{name}-agents", cilium.ready_timeout, access, ["agents", cilium.namespace], installed)
        self.register_outputs({"version": cilium.version})

    def _wait(self, name: str, seconds: int, access: Access, arguments: list[str],
              opts: pulumi.ResourceOptions) -> Command:  # fmt: skip
        # The kubeconfig goes in by standard input: arguments and environment are for all to read.
        words = " ".join([f"--seconds={seconds}", *arguments])
        return Command(
            name, create=f"{_python()} -m transport.wait {words} {ONLY_WAITS}", dir=".",
            stdin=pulumi.Output.secret(access.kubeconfig()),
            triggers=[self.release.status.apply(lambda status: (status or {}).get("revision"))],
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(
                custom_timeouts=pulumi.CustomTimeouts(create=f"{seconds + 30}s", update=f"{seconds + 30}s"),
            )),
        )  # fmt: skip


def _python() -> str:
    """The interpreter of the project's own environment, by a path that another checkout has too where it can be."""
    relative = Path(".venv/bin/python")
    own = relative.exists() and Path(sys.prefix).name == ".venv"
    return str(relative) if own else shlex.quote(sys.executable)
