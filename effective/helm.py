"""The Helm values of Cilium: the values for the declared features, merged with the user's own values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from config.cilium import CLOUDS
from config.errors import Problem
from config.gateway import GatewayController
from config.ingress import IngressController
from config.stack import StackConfig
from effective import chart
from effective.features import Features, features

Values = dict[str, Any]
# Dotted key -> the effective value.
Helm = Callable[[str], Any]


def helm_values(stack: StackConfig) -> Values:
    """The values of a whole stack's Cilium."""
    return values(features(stack))


def values(used: Features) -> Values:
    """Defaults, overridden by needs, overridden by the user's values. `conflicts` reports conflicts."""
    return _merge(_merge(_defaults(used), needs(used)), used.cilium.values)


def value(all_values: Values, release: tuple[int, int], key: str) -> Any:
    """The effective value of a dotted Helm key: from `all_values`, otherwise the default of that release's chart."""
    found: Any = all_values
    for part in key.split("."):
        if not isinstance(found, dict) or part not in found:
            return chart.default(release, key)
        found = found[part]
    return found


def reader(stack: StackConfig) -> Helm:
    """`value` for a whole stack's Cilium."""
    all_values = helm_values(stack)
    return lambda key: value(all_values, stack.cilium.release, key)


def secrets_namespace(all_values: Values) -> str:
    """The namespace in which agents look for BGP passwords (the chart's default is the same in every release)."""
    value = all_values.get("bgpControlPlane")
    space = value.get("secretsNamespace") if isinstance(value, dict) else None
    name = space.get("name") if isinstance(space, dict) else None
    return str(name or "kube-system")


def host_firewall(all_values: Values) -> bool:
    """Whether Cilium enforces policies on the nodes themselves."""
    value = all_values.get("hostFirewall")
    return isinstance(value, dict) and bool(value.get("enabled"))


def needs(used: Features) -> Values:
    """The values that the features require."""
    cilium = used.cilium
    result: Values = {
        "routingMode": cilium.routing_mode,
        "kubeProxyReplacement": _flag(cilium.kube_proxy_replacement),
        "autoDirectNodeRoutes": cilium.auto_direct_node_routes,
        "endpointRoutes": {"enabled": cilium.endpoint_routes},
        "ipam": {"mode": cilium.ipam},
    }
    if cilium.ipam in CLOUDS:
        result[cilium.ipam] = {"enabled": True}
    if cilium.native_routing_cidr is not None:
        result["ipv4NativeRoutingCIDR"] = str(cilium.native_routing_cidr)
    if used.bgp:
        result["bgpControlPlane"] = {
            "enabled": True,
            "statusReport": {"enabled": cilium.bgp_status_report},
        }
    if used.l2_announcements:
        result["l2announcements"] = {"enabled": True}
    if used.ingress_controller is not None:
        result["ingressController"] = _ingress(used.ingress_controller)
    if used.gateway_controller is not None:
        result["gatewayAPI"] = _gateway_api(used.gateway_controller)
    if used.egress_gateway:
        # The batching interval of the agents. With the chart's 1 s, batching alone delays a failover by up to 1 s, and
        # the gateway's own agent may be later than the others.
        batching = {"reconciliationTriggerInterval": "10ms"} if used.egress_ha else {}
        result["egressGateway"] = {"enabled": True, **batching}
    return result


def _ingress(controller: IngressController) -> Values:
    result: Values = {"enabled": True, "loadbalancerMode": controller.mode, "default": controller.default}
    if controller.host_network is not None:
        network: Values = {"enabled": True}
        if controller.host_network.port is not None:
            network["sharedListenerPort"] = controller.host_network.port
        if controller.host_network.node_selector is not None:
            network["nodes"] = {"matchLabels": dict(controller.host_network.node_selector.match_labels)}
        result["hostNetwork"] = network
    if controller.load_balancer_class is not None:
        result["service"] = {"loadBalancerClass": controller.load_balancer_class}
    return result


def _gateway_api(controller: GatewayController) -> Values:
    result: Values = {"enabled": True}
    flags = {
        "enableAlpn": controller.alpn,
        "enableAppProtocol": controller.app_protocol,
        "enableProxyProtocol": controller.proxy_protocol,
    }
    result |= {key: True for key, on in flags.items() if on}
    if controller.xff_num_trusted_hops:
        result["xffNumTrustedHops"] = controller.xff_num_trusted_hops
    if controller.external_traffic_policy is not None:
        result["externalTrafficPolicy"] = controller.external_traffic_policy
    if controller.host_network is not None:
        result["hostNetwork"] = {"enabled": True}
        if controller.host_network.node_selector is not None:
            result["hostNetwork"]["nodes"] = {"matchLabels": dict(controller.host_network.node_selector.match_labels)}
    return result


def conflicts(stack: StackConfig) -> Iterator[Problem]:
    """The user's values that contradict a declared feature."""
    wanted = dict(_leaves(needs(features(stack))))
    for path, value in _leaves(stack.cilium.values):
        for other in wanted:
            # A plain value instead of a group of values, or the reverse.
            if (other.startswith(f"{path}.") and value != {}) or path.startswith(f"{other}."):
                yield Problem(f"cilium.values.{path}", f"{other}: {_text(wanted[other])}", _text(value))
        if path in wanted and _text(wanted[path]) != _text(value):
            expected = f"{_text(wanted[path])} ({_because(stack, path)})"
            yield Problem(f"cilium.values.{path}", expected, _text(value))


def _because(stack: StackConfig, path: str) -> str:
    """The reason why a Helm value is required, with the keys of the stack file."""
    field = _FIELDS.get(path)
    if field is not None:
        declared = field[0] in stack.cilium.model_fields_set
        return f"from cilium.{field[1]}" if declared else f"the default of the unset cilium.{field[1]}"
    return f"{_SECTIONS[path.split('.')[0]]} is declared"


# Helm key -> the equivalent field of `cilium`, in Python and in YAML.
_FIELDS = {
    "routingMode": ("routing_mode", "routingMode"),
    "kubeProxyReplacement": ("kube_proxy_replacement", "kubeProxyReplacement"),
    "autoDirectNodeRoutes": ("auto_direct_node_routes", "autoDirectNodeRoutes"),
    "endpointRoutes.enabled": ("endpoint_routes", "endpointRoutes"),
    "ipam.mode": ("ipam", "ipam"),
    "ipv4NativeRoutingCIDR": ("native_routing_cidr", "nativeRoutingCIDR"),
    "bgpControlPlane.statusReport.enabled": ("bgp_status_report", "bgpStatusReport"),
}
# First word of a Helm key -> the section of the stack that needs it.
_SECTIONS = {
    "bgpControlPlane": "bgp",
    "l2announcements": "l2Policies",
    "ingressController": "ingressController",
    "gatewayAPI": "gatewayController",
    "egressGateway": "egressPolicies",
    **{mode: f"cilium.ipam {mode}" for mode in CLOUDS},
}


def _defaults(used: Features) -> Values:
    result: Values = {}
    if used.api_server is not None:
        result |= {"k8sServiceHost": str(used.api_server), "k8sServicePort": used.api_port}
    if used.cilium.devices:
        result["devices"] = ",".join(used.cilium.devices)
    if used.ingress_controller is not None or used.gateway_controller is not None:
        # On a running Cilium, both features take effect only after a restart of the operator and of the agents: the
        # operator registers CRDs that the agents wait for. The chart itself restarts no pods.
        result |= {"rollOutCiliumPods": True, "operator": {"rollOutPods": True}, "envoy": {"rollOutPods": True}}
    if used.egress_gateway:
        # Without BPF masquerading, the agent refuses to start with egress gateways.
        result["bpf"] = {"masquerade": True}
    if used.cilium.ipam == "cluster-pool" and used.pod_cidr is not None:
        result["ipam"] = {"operator": {f"clusterPoolIPv{used.pod_cidr.version}PodCIDRList": [str(used.pod_cidr)]}}
    return result


def _flag(on: bool) -> str:
    # The chart compares this value with a text.
    return "true" if on else "false"


def _merge(under: Values, over: Values) -> Values:
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        result[key] = _merge(below, value) if both else value  # type: ignore[arg-type]
    return result


def _leaves(group: Values, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in group.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
