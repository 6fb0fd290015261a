"""L2Announcements: the nodes that answer ARP and NDP for Services."""

from typing import TypedDict

import pulumi

from components.args.l2 import L2PolicyArgs
from components.inputs.arguments import known, only, read_each
from components.inputs.judged import judged
from components.inputs.late import manifest
from components.kubernetes.objects import objects
from config.l2 import L2Policy
from effective.objects import l2 as l2_objects


class L2AnnouncementsArgs(TypedDict):
    """Policies, as in the section `l2Policies` of a stack file."""

    policies: list[L2PolicyArgs]


class L2Announcements(pulumi.ComponentResource):
    """CiliumL2AnnouncementPolicies. Depends on the resource that creates the CRD (`CiliumInstall.crds`)."""

    policies: pulumi.Output[list[str]]

    def __init__(self, name: str, args: L2AnnouncementsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("cilium-edge:cilium:L2Announcements", name, None, opts)
        given = only(name, args, L2AnnouncementsArgs.__annotations__)
        policies = judged(
            self,
            given,
            read_each(name, L2Policy, given.get("policies"), "policies"),
            lambda them: {"l2_policies": tuple(them)},
        )
        names = [known(name, item, "name", f"policies[{i}]") for i, item in enumerate(given.get("policies") or ())]
        made = [
            manifest(policy, l2_objects.l2_policy, "cilium.io/v2alpha1", "CiliumL2AnnouncementPolicy", one)
            for one, policy in zip(names, policies, strict=True)
        ]
        after = pulumi.ResourceOptions(parent=self, depends_on=opts.depends_on if opts else None)
        self.objects = objects(name, made, after)
        self.policies = pulumi.Output.from_input(names)
        self.register_outputs({})
