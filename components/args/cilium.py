"""Arguments as `config/cilium.py` has them: made from its models, kept by tests/components/test_args."""

from typing import Any, NotRequired, TypedDict

import pulumi


class CiliumArgs(TypedDict):
    """What CiliumInstall makes Helm values from.

    `values` are the user's own Helm values; one that contradicts what a declared feature needs is
    refused by name, everything else wins over our defaults. What is not declared is as Cilium has it:
    routing through a tunnel unless a native prefix or direct node routes are given, IPAM `cluster-pool`
    unless nodes have a podCIDR (then `kubernetes`). Kube-proxy replacement alone is on: the edge's
    features need it. `readyTimeout` (seconds) is how long an apply waits for the CRDs and for an agent on
    every node.
    """

    version: NotRequired[str]
    edition: NotRequired[str]
    namespace: NotRequired[str]
    chart: NotRequired[pulumi.Input[str]]
    repository: NotRequired[pulumi.Input[str]]
    routing_mode: NotRequired[pulumi.Input[str]]
    native_routing_cidr: NotRequired[pulumi.Input[str]]
    auto_direct_node_routes: NotRequired[pulumi.Input[bool]]
    endpoint_routes: NotRequired[pulumi.Input[bool]]
    kube_proxy_replacement: NotRequired[pulumi.Input[bool]]
    ipam: NotRequired[pulumi.Input[str]]
    devices: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    bgp_status_report: NotRequired[pulumi.Input[bool]]
    ready_timeout: NotRequired[int]
    values: NotRequired[pulumi.Input[dict[str, Any]]]
