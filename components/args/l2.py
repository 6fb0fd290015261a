"""Arguments as `config/l2.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.labels import LabelSelectorArgs


class L2PolicyArgs(TypedDict):
    """A CiliumL2AnnouncementPolicy.

    `interfaces` are regular expressions (RE2); without them, the policy applies to every device of the agent.
    Cilium's default for both kinds of address is false: a policy that sets neither announces nothing.
    """

    name: str
    node_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    service_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    interfaces: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    external_ips: NotRequired[pulumi.Input[bool]]
    load_balancer_ips: NotRequired[pulumi.Input[bool]]
