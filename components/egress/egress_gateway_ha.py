"""EgressGatewayHA: egress policies, in the HA form by Isovalent's kind or by the project's own controller."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi

from components.args.egress import EgressHAArgs, EgressPolicyArgs
from components.egress.crd import definition, ha_policy
from components.egress.firewall import host_policy
from components.egress.rbac import filled_by_controller, rbac
from components.egress.workloads import workloads
from components.inputs.arguments import ArgumentError, entry, is_late, known, only, read_each, sequence, validated
from components.inputs.judged import judged
from components.inputs.late import manifest, then
from components.inputs.release import release
from components.kubernetes.resources import KubernetesObject
from config.cilium import Cilium
from config.egress import HA_API_VERSION, HA_KIND, EgressGroup, EgressHA, EgressPolicy
from config.errors import Problem
from config.labels import LabelSelector
from effective.objects import egress as egress_objects


class EgressGatewayHAArgs(TypedDict):
    """Egress policies as in a stack file, for a Cilium of `version` and `edition` (`oss` or `enterprise`).

    `ha` has the settings of the controller, such as `image`. The controller connects to the API at `apiServer`, and not
    through the agents, whose failure it has to handle. With `hostFirewall`, only nodes can reach the probe ports.
    """

    policies: list[EgressPolicyArgs]
    version: NotRequired[str]
    edition: NotRequired[str]
    ha: NotRequired[EgressHAArgs]
    api_server: NotRequired[pulumi.Input[str]]
    api_port: NotRequired[pulumi.Input[int]]
    host_firewall: NotRequired[bool]


class EgressGatewayHA(pulumi.ComponentResource):
    """Egress policies. Depends on the resource that creates Cilium's CRDs (`CiliumInstall.crds`).

    A single gateway uses Cilium's own kind. Groups use IsovalentEgressGatewayPolicies if the edition has this kind, and
    otherwise the project's own kind and controller.
    """

    policies: pulumi.Output[list[str]]

    def __init__(self, name: str, args: EgressGatewayHAArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("cilium-edge:egress:EgressGatewayHA", name, None, opts)
        given = only(name, args, EgressGatewayHAArgs.__annotations__)
        cilium, after = release(name, given), (opts.depends_on if opts else None)
        self._options = pulumi.ResourceOptions(parent=self, depends_on=after)
        items = sequence(name, given.get("policies"), "policies")
        names = [known(name, item, "name", f"policies[{i}]") for i, item in enumerate(items)]
        shapes = [_shape(name, item, f"policies[{i}]") for i, item in enumerate(items)]
        policies = judged(
            self,
            {"policies": items},
            read_each(name, EgressPolicy, items, "policies"),
            lambda them: {"egress_policies": tuple(them), "cilium": cilium},
        )
        ours = [shape.by_controller(cilium.edition) for shape in shapes]
        made = list(zip(names, policies, shapes, ours, strict=True))
        for one, policy, shape, controlled in made:
            if not controlled:
                self._object(name, one, _cilium_policy(policy, shape, cilium))
        if any(ours):
            selectors = [
                group.node_selector
                for shape, controlled in zip(shapes, ours, strict=True)
                if controlled
                for group in shape.egress_groups
            ]
            running = self._controller(name, given, selectors, cilium)
            for one, policy, _, controlled in made:
                if controlled:
                    self._object(name, one, manifest(policy, ha_policy, HA_API_VERSION, HA_KIND, one), running)
        self.policies = pulumi.Output.from_input(names)
        self.register_outputs({})

    def _object(self, name: str, one: str, made: dict[str, Any], running: list[pulumi.Resource] | None = None) -> None:
        options = pulumi.ResourceOptions(parent=self, depends_on=running) if running else self._options
        KubernetesObject(f"{name}-{one}", made, options, name)

    def _controller(
        self, name: str, given: Mapping[str, Any], selectors: list[LabelSelector], cilium: Cilium
    ) -> list[pulumi.Resource]:
        settings = _settings(name, given.get("ha") or {})
        if "api_server" not in given:
            raise ArgumentError(
                name,
                [
                    Problem(
                        "apiServer", "the API server's address: the controller asks it without the agents", "nothing"
                    )
                ],
            )
        kind = KubernetesObject(f"{name}-crd", definition(), self._options, name)
        rights = [
            KubernetesObject(f"{name}-{item['kind'].lower()}-{item['metadata']['name']}", item, self._options, name)
            for item in (*filled_by_controller(settings), *rbac(settings))
        ]
        if given.get("host_firewall"):
            KubernetesObject(f"{name}-firewall", host_policy(settings), self._options, name)
        server = then(given["api_server"], str), then(given.get("api_port", 6443), lambda port: str(int(port)))
        # Policies are deleted first, so that the controller still runs and removes addresses and policies.
        before = pulumi.ResourceOptions.merge(self._options, pulumi.ResourceOptions(depends_on=[kind, *rights]))
        return [
            KubernetesObject(f"{name}-{item['kind'].lower()}", item, before, name)
            for item in workloads(settings, selectors, server, cilium)
        ]


def _settings(name: str, given: Any) -> EgressHA:
    """The controller's settings. Only the image may be an Output, because the same program may build the image."""
    if isinstance(given, EgressHA):
        return given
    image = entry(given, "image")
    known_now = {key: value for key, value in given.items() if key != "image"}
    if is_late(known_now):
        wanted = "settings that are known when the program runs (the image alone may be an Output)"
        raise ArgumentError(name, [Problem("ha", wanted, "an Output")])
    late = isinstance(image, pulumi.Output)
    settings = validated(name, EgressHA, known_now if late else given, "ha")
    with_image: EgressHA = settings.model_copy(update={"image": image}) if late else settings
    return with_image


def _shape(name: str, item: Any, path: str) -> EgressPolicy:
    """The parts of a policy that decide which objects are created: its kind, its groups, and their nodes."""
    if isinstance(item, EgressPolicy):
        return item
    groups = []
    for i, group in enumerate(sequence(name, entry(item, "egress_groups"), f"{path}.egressGroups")):
        selector = entry(group, "node_selector") or {}
        if is_late(selector):
            wanted = "labels that are known when the program runs: the controller's place depends on them"
            raise ArgumentError(name, [Problem(f"{path}.egressGroups[{i}].nodeSelector", wanted, "an Output")])
        chosen = validated(name, LabelSelector, selector, f"{path}.egressGroups[{i}].nodeSelector")
        groups.append(EgressGroup(node_selector=chosen))
    return EgressPolicy.model_construct(name=entry(item, "name"), kind=entry(item, "kind"), egress_groups=tuple(groups))


def _cilium_policy(policy: pulumi.Input[EgressPolicy], shape: EgressPolicy, cilium: Cilium) -> dict[str, Any]:
    isovalent = shape.isovalent(cilium.edition)
    kind = (
        ("isovalent.com/v1", "IsovalentEgressGatewayPolicy")
        if isovalent
        else ("cilium.io/v2", "CiliumEgressGatewayPolicy")
    )
    return manifest(policy, lambda it: egress_objects.egress_policy(it, cilium), *kind, str(shape.name))
