"""Arguments as `config/egress.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.labels import LabelSelectorArgs


class EgressSelectorArgs(TypedDict):
    """The pods that the policy applies to, by labels of the pod, of its namespace and of its node."""

    pod_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    namespace_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    node_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]


class EgressGatewayArgs(TypedDict):
    """The gateway nodes, and the egress address: the first address of an interface, or a given address."""

    node_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    interface: NotRequired[pulumi.Input[str]]
    egress_ip: NotRequired[pulumi.Input[str]]


class EgressGroupArgs(TypedDict):
    """A group of gateways that replace each other. At most `maxGatewayNodes` serve at a time."""

    node_selector: NotRequired[LabelSelectorArgs]
    interface: NotRequired[pulumi.Input[str]]
    egress_ip: NotRequired[pulumi.Input[str]]
    max_gateway_nodes: NotRequired[pulumi.Input[int]]


class EgressPolicyArgs(TypedDict):
    """An egress policy. `egressGateway` selects Cilium's own kind, `egressGroups` the HA form.

    `kind` overrides the resource kind of the edition.
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
    """The controller that gives open-source Cilium highly available egress. Times are in seconds.

    A gateway is lost after `misses` missed probes in a row, and back after `recoveries` answered probes. A flapping
    gateway stays excluded longer each time, up to `maxHold`. `addressLifetime` is how long the kernel keeps an address
    from egressCIDRs without confirmation. With `uplinkChecks`, gateways also check their uplink: a route to the
    destination, the route's link, and ARP for the next hop. A new address makes an agent reload its datapath.
    Traffic therefore returns to a gateway `settle` seconds after the gateway got the address, and only if its agent
    answers on `agentHealthPort` (0: no check). `image` is the controller's image; a lab needs none. `metricsListen`
    puts metrics on the node's address or on its loopback.
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
