"""CiliumIngress: Ingresses of Cilium's class, and the network policies for them."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NotRequired, TypedDict

import pulumi

from components.args.ingress import IngressArgs
from components.args.ingress_access import IngressAccessArgs
from components.args.policy import NetworkPolicyArgs
from components.inputs.arguments import (
    ArgumentError,
    described,
    entry,
    is_late,
    known,
    namespace_of,
    only,
    read_each,
    sequence,
    validated,
)
from components.inputs.judged import judged
from components.inputs.late import manifest, then
from components.kubernetes.objects import objects
from components.tls.tls_secrets import Wanted, tls_secrets
from config.errors import Problem
from config.ingress import Ingress
from config.ingress_access import IngressAccess
from config.policy import NetworkPolicy
from effective.objects import ingress as ingress_objects
from effective.objects.policies import kind_of, network_policy


class CiliumIngressArgs(TypedDict):
    """Ingresses and clusterwide network policies, as in a stack file. `access` makes the policies of both hops.

    `certificates` maps the names in `certificateConfig` and `keyConfig` of `tls` to certificates and keys (PEM).
    """

    ingresses: NotRequired[list[IngressArgs]]
    access: NotRequired[IngressAccessArgs]
    network_policies: NotRequired[list[NetworkPolicyArgs]]
    certificates: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]


class CiliumIngress(pulumi.ComponentResource):
    """Ingresses with their certificates, and CiliumClusterwideNetworkPolicies.

    Depends on the resource that creates the CRDs (`CiliumInstall.crds`).
    """

    ingresses: pulumi.Output[list[str]]

    def __init__(self, name: str, args: CiliumIngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("cilium-edge:cilium:CiliumIngress", name, None, opts)
        given = only(name, args, CiliumIngressArgs.__annotations__)
        certificates = given.pop("certificates", None)
        ingresses = read_each(name, Ingress, given.get("ingresses"), "ingresses")
        guards = [*sequence(name, given.get("network_policies"), "network_policies"), *_of_access(name, given)]
        policies = read_each(name, NetworkPolicy, guards, "network_policies")
        count = len(ingresses)
        both = judged(
            self,
            given,
            [*ingresses, *policies],
            lambda them: {"ingresses": tuple(them[:count]), "network_policies": tuple(them[count:])},
        )
        wanted = _certificates(name, given.get("ingresses") or (), both[:count])
        names, made = [], list(tls_secrets(name, wanted, certificates))
        for i, (item, ingress) in enumerate(zip(given.get("ingresses") or (), both[:count], strict=True)):
            one, space = known(name, item, "name", f"ingresses[{i}]"), namespace_of(item)
            noted = entry(item, "annotations") or entry(item, "load_balancer_mode")
            more = ("labels", "annotations") if noted else ("labels",)
            made.append(
                manifest(ingress, ingress_objects.ingress, "networking.k8s.io/v1", "Ingress", one, space, *more)
            )
            names.append(f"{space}/{one}")
        for i, (item, policy) in enumerate(zip(guards, both[count:], strict=True)):
            one = known(name, item, "name", f"network_policies[{i}]")
            space = entry(item, "namespace")
            made.append(manifest(policy, network_policy, "cilium.io/v2", kind_of(space), one, space))
        after = pulumi.ResourceOptions(parent=self, depends_on=opts.depends_on if opts else None)
        self.objects = objects(name, made, after)
        self.ingresses = pulumi.Output.from_input(names)
        self.register_outputs({})


def _of_access(name: str, given: dict[str, Any]) -> tuple[NetworkPolicy, ...]:
    """The policies of `access`. `access` cannot be an Output, because it has the names of the policies."""
    access = given.pop("access", None)
    if access is None:
        return ()
    if is_late(access):
        wanted = "an object that is known when the program runs: it names policies"
        raise ArgumentError(name, [Problem("access", wanted, described(access))])
    return validated(name, IngressAccess, access, "access").policies()


def _certificates(name: str, items: Iterable[Any], ingresses: Iterable[pulumi.Input[Ingress]]) -> Iterator[Wanted]:
    for i, (item, ingress) in enumerate(zip(items, ingresses, strict=True)):
        for j, tls in enumerate(sequence(name, entry(item, "tls"), f"ingresses[{i}].tls")):
            hosts = then(ingress, partial(_hosts, j))
            yield Wanted(f"ingresses[{i}].tls[{j}]", namespace_of(item), tls, hosts)


def _hosts(j: int, ingress: Ingress) -> tuple[str, ...]:
    return ingress.tls[j].hosts
