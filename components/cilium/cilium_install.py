"""CiliumInstall: the Helm release, and the wait for the CRDs and the agents."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NotRequired

import pulumi
from pulumi_command.local import Command

from components.args.cilium import CiliumArgs
from components.args.gateway import GatewayControllerArgs
from components.args.ingress import IngressControllerArgs
from components.hosts.observe import ONLY_WAITS
from components.inputs.arguments import ArgumentError, is_late, only, validated
from components.inputs.late import then
from components.kubernetes.resources import HelmRelease
from config.base import Model
from config.cilium import Cilium
from config.errors import Problem
from config.gateway import GatewayController
from config.home import IMPORTED_FROM, PACKAGE
from config.ingress import IngressController
from effective.features import Features
from effective.helm import values
from effective.objects.bgp import custom_kinds

_SWITCHES = ("bgp", "l2_announcements", "egress_gateway", "egress_ha")
_CONTROLLERS: dict[str, tuple[type[Model], str]] = {
    "ingress_controller": (IngressController, "ingressController"),
    "gateway_controller": (GatewayController, "gatewayController"),
}
# The operator checks for these CRDs at startup. If one is missing, it serves no Gateway until its next start.
_GATEWAY_CRDS = [
    f"{kind}.gateway.networking.k8s.io"
    for kind in ("gatewayclasses", "gateways", "httproutes", "grpcroutes", "referencegrants")
]
# Seconds. A longer wait is useless, because nothing in this installation creates these CRDs.
_SOON = 10
_REPOSITORY = "https://helm.cilium.io"
_WAIT = f"{PACKAGE}transport.wait"


class CiliumInstallArgs(CiliumArgs):
    """Cilium's own settings, as in the section `cilium` of a stack file, and the used features.

    `apiServer` and `apiPort` are the agents' address of the API. `podCidr` is the cluster's, with `ipam: cluster-pool`.
    `kubeconfig` is used to wait for CRDs and agents (default: kubectl's). `waitFor` names the CRDs to wait for, instead
    of the CRDs of the features and of pools.
    """

    bgp: NotRequired[bool]
    l2_announcements: NotRequired[bool]
    ingress_controller: NotRequired[IngressControllerArgs]
    gateway_controller: NotRequired[GatewayControllerArgs]
    egress_gateway: NotRequired[bool]
    egress_ha: NotRequired[bool]
    api_server: NotRequired[pulumi.Input[str]]
    api_port: NotRequired[pulumi.Input[int]]
    pod_cidr: NotRequired[pulumi.Input[str]]
    kubeconfig: NotRequired[pulumi.Input[str]]
    wait_for: NotRequired[list[str]]


class CiliumInstall(pulumi.ComponentResource):
    """Cilium by Helm, after its dependencies.

    Custom resources depend on `crds`, because the operator registers the CRDs only after the release is installed.
    `ready` waits for an agent on every node.
    """

    version: pulumi.Output[str]
    status: pulumi.Output[dict[str, Any]]

    def __init__(self, name: str, args: CiliumInstallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("cilium-edge:cilium:CiliumInstall", name, None, opts)
        given = only(name, args, CiliumInstallArgs.__annotations__)
        own = {key: given.pop(key) for key in CiliumArgs.__annotations__ if key in given}
        late = [
            Problem(key, "a value that is known when the program runs", "an Output")
            for key in ("version", "edition", "namespace", "ready_timeout")
            if is_late(own.get(key))
        ]
        if late:
            raise ArgumentError(name, late)
        cilium = validated(name, Cilium, {key: value for key, value in own.items() if not is_late(value)}, "")
        inputs = {
            "name": "cilium",
            "namespace": cilium.namespace,
            "chart": own.get("chart") or "cilium",
            "version": cilium.version,
            "values": _values(name, own, given),
            # Agents become ready only after the CRDs below exist. Helm must not wait for the agents.
            "skipAwait": True,
        }
        if "chart" not in own:
            inputs["repositoryOpts"] = {"repo": own.get("repository") or _REPOSITORY}
        after = opts.depends_on if opts else None
        kubeconfig = given.get("kubeconfig", "")
        self.release: HelmRelease | None = None
        if given.get("gateway_controller") is not None:
            first = pulumi.ResourceOptions(parent=self, depends_on=after)
            after = [self._wait(f"{name}-gateway-api", _SOON, kubeconfig, ["crds", *_GATEWAY_CRDS], first)]
        self.release = HelmRelease(name, inputs, pulumi.ResourceOptions(parent=self, depends_on=after))
        kinds = given.get("wait_for")
        if kinds is None:
            switches = {key: bool(given.get(key)) for key in ("bgp", "l2_announcements", "egress_gateway")}
            kinds = custom_kinds(pools=True, **switches)
        installed = pulumi.ResourceOptions(parent=self, depends_on=[self.release], deleted_with=self.release)
        seconds = cilium.ready_timeout
        self.crds = self._wait(f"{name}-crds", seconds, kubeconfig, ["crds", *kinds], installed)
        self.ready = self._wait(f"{name}-agents", seconds, kubeconfig, ["agents", cilium.namespace], installed)
        self.version = pulumi.Output.from_input(cilium.version)
        self.status = self.release.status.apply(_status)
        self.register_outputs({"version": cilium.version})

    def _wait(
        self, name: str, seconds: int, kubeconfig: pulumi.Input[str], arguments: list[str], opts: pulumi.ResourceOptions
    ) -> Command:
        revision = [self.release.status.apply(lambda status: (status or {}).get("revision"))] if self.release else []
        # The kubeconfig is passed by standard input, because arguments and environment are readable for others.
        words = " ".join([f"--seconds={seconds}", *map(shlex.quote, arguments)])
        return Command(
            name,
            create=f"{_python()} -m {_WAIT} {words} {ONLY_WAITS}",
            dir=_directory(),
            stdin=pulumi.Output.secret(kubeconfig),
            triggers=revision,
            opts=pulumi.ResourceOptions.merge(
                opts,
                pulumi.ResourceOptions(
                    custom_timeouts=pulumi.CustomTimeouts(create=f"{seconds + 30}s", update=f"{seconds + 30}s"),
                ),
            ),
        )


def _values(name: str, own: Mapping[str, Any], given: Mapping[str, Any]) -> pulumi.Input[dict[str, Any]]:
    """The Helm values. Plain if all of them are known, because an unknown value inside would hide every difference."""
    switches: dict[str, Any] = {key: bool(given.get(key)) for key in _SWITCHES}
    late = {key: given[key] for key in ("api_server", "api_port", "pod_cidr", *_CONTROLLERS) if key in given}

    def made(known: tuple[Mapping[str, Any], Mapping[str, Any]]) -> dict[str, Any]:
        settings, more = known[0], dict(known[1])
        for key, (model, place) in _CONTROLLERS.items():
            if key in more:
                more[key] = validated(name, model, more[key], place)
        if "api_port" in more:
            more["api_port"] = int(more["api_port"])
        return values(Features(cilium=validated(name, Cilium, settings, ""), **switches, **more))

    everything = (own, late)
    return then(pulumi.Output.all(*everything), made) if is_late(everything) else made(everything)


def _status(status: Any) -> dict[str, Any]:
    """The status of the installed release, from Helm."""
    keys = ("name", "namespace", "version", "appVersion", "revision", "status")
    return {key: (status or {}).get(key) for key in keys}


def _python() -> str:
    """The Python interpreter: by a relative path in the project's own environment, so that checkouts do not differ."""
    own = (IMPORTED_FROM / ".venv").resolve() == Path(sys.prefix).resolve()
    return ".venv/bin/python" if own else shlex.quote(sys.executable)


def _directory() -> str:
    """The directory of the helper's module. A relative path if possible, so that checkouts do not differ."""
    return "." if Path.cwd() == IMPORTED_FROM else str(IMPORTED_FROM)
