"""Arguments as `config/egress.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.labels import LabelSelectorArgs


class EgressSelectorArgs(TypedDict):
    """Whose traffic: pods, by their own, their namespace's and their node's labels."""

    pod_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    namespace_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    node_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]


class EgressGatewayArgs(TypedDict):
    """The gateway nodes, and the address that traffic leaves with: an interface's first, or a given one."""

    node_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    interface: NotRequired[pulumi.Input[str]]
    egress_ip: NotRequired[pulumi.Input[str]]


class EgressGroupArgs(TypedDict):
    """A group of gateways that stand in for each other; at most `maxGatewayNodes` serve at a time."""

    node_selector: NotRequired[LabelSelectorArgs]
    interface: NotRequired[pulumi.Input[str]]
    egress_ip: NotRequired[pulumi.Input[str]]
    max_gateway_nodes: NotRequired[pulumi.Input[int]]


class EgressPolicyArgs(TypedDict):
    """An egress policy. One `egressGateway` is Cilium's own kind; `egressGroups` is the HA form.

    `kind` says which resource carries it where that is not what the edition would pick.
    """

    name: str
    kind: NotRequired[str]
    selectors: NotRequired[pulumi.Input[list[pulumi.Input[EgressSelectorArgs]]]]
    destination_cidrs: pulumi.Input[list[pulumi.Input[str]]]
    excluded_cidrs: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    egress_gateway: NotRequired[pulumi.Input[EgressGatewayArgs]]
    egress_gateways: NotRequired[pulumi.Input[list[pulumi.Input[EgressGatewayArgs]]]]
    egress_groups: NotRequired[pulumi.Input[list[pulumi.Input[EgressGroupArgs]]]]
    egress_cidrs: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    az_affinity: NotRequired[pulumi.Input[str]]


class EgressHAArgs(TypedDict):
    """The controller that gives open-source Cilium the HA form. Times are in seconds.

    A gateway that misses `misses` probes in a row is gone, one that answers `recoveries` is back; a gateway
    that flaps stays away longer each time, up to `maxHold`. `addressLifetime` is how long the kernel keeps
    an address from egressCIDRs that nobody confirms. With `uplinkChecks` gateways look after their way out, too:
    a route to the destination, its link, and ARP for the next hop. Traffic goes back to a gateway `settle` after
    an address came to it, which makes agents load their datapath anew, and once its agent answers on
    `agentHealthPort` (0: it is not asked). `image` holds the controller; a lab has its own. `metricsListen` says
    where metrics are to be had: on the node's address, or on its loopback.
    """

    image: NotRequired[pulumi.Input[str]]
    namespace: NotRequired[pulumi.Input[str]]
    replicas: NotRequired[pulumi.Input[int]]
    probe_interval: NotRequired[pulumi.Input[float]]
    misses: NotRequired[pulumi.Input[int]]
    recoveries: NotRequired[pulumi.Input[int]]
    max_hold: NotRequired[pulumi.Input[float]]
    address_lifetime: NotRequired[pulumi.Input[int]]
    lease: NotRequired[pulumi.Input[float]]
    uplink_checks: NotRequired[pulumi.Input[bool]]
    settle: NotRequired[pulumi.Input[float]]
    agent_health_port: NotRequired[pulumi.Input[int]]
    probe_port: NotRequired[pulumi.Input[int]]
    metrics_port: NotRequired[pulumi.Input[int]]
    metrics_listen: NotRequired[pulumi.Input[str]]
    node_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
