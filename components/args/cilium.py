"""Arguments as `config/cilium.py` has them: made from its models, kept by tests/components/test_args."""

from typing import Any, NotRequired, TypedDict

import pulumi


class CiliumArgs(TypedDict):
    """The Cilium installation, from which CiliumInstall makes Helm values.

    `values` are the user's own Helm values. A value that contradicts a declared feature is refused by name. Every
    other value overrides the project's defaults. Undeclared settings have Cilium's defaults: routing through a tunnel
    unless a native prefix or direct node routes are set, and IPAM `cluster-pool` unless nodes have a podCIDR (then
    `kubernetes`). The one exception is kube-proxy replacement, which is on, because the features of the edge need it.
    `readyTimeout` (seconds) limits how long an apply waits for the CRDs and for an agent on every node.
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
