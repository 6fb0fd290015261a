"""Arguments as `config/pool.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.labels import LabelSelectorArgs


class BlockArgs(TypedDict):
    """A block of addresses: one CIDR, or a range from `start` to `stop` (both included)."""

    cidr: NotRequired[pulumi.Input[str]]
    start: NotRequired[pulumi.Input[str]]
    stop: NotRequired[pulumi.Input[str]]


class PoolArgs(TypedDict):
    """A CiliumLoadBalancerIPPool."""

    name: str
    blocks: pulumi.Input[list[pulumi.Input[BlockArgs]]]
    allow_first_last_ips: NotRequired[pulumi.Input[str]]
    service_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    disabled: NotRequired[pulumi.Input[bool]]
