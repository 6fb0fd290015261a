"""X10: Cilium's agents do not start with the Helm values.

Why: The chart renders the values, and each agent exits with one line in its log. The nodes lose their agents one by
one.
Seen: The agents crash.
Since: 1.16
Source: Cilium daemon/cmd/kube_proxy_replacement.go, pkg/kpr/initializer, pkg/option/config.go, pkg/egressgateway

Bad: `values: { loadBalancer: { mode: dsr } }` with a VXLAN tunnel
Good: the same with `routingMode: native`, or `loadBalancer: { mode: dsr, dsrDispatch: geneve }, tunnelProtocol: geneve`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.across.load_balancer import load_balancer
from rules.facts import Facts
from rules.finding import Finding, error

_OFF = ("false", "None", "")


def check(facts: Facts) -> Iterator[Finding]:
    """Checks only what the values alone decide. Kernels and devices of nodes are unknown."""
    yield from load_balancer(facts)
    yield from _words(facts)
    yield from _masquerade(facts)
    yield from _encryption(facts)
    where = "cilium.values"
    if _off(facts, "ipv4.enabled", default=True) and not facts.on("ipv6.enabled"):
        yield error(f"{where}.ipv4.enabled", "IPv4 or IPv6", "neither", "set one of ipv4.enabled and ipv6.enabled")
    if facts.on("directRoutingSkipUnreachable") and not facts.on("autoDirectNodeRoutes"):
        yield error(
            f"{where}.directRoutingSkipUnreachable",
            "false without autoDirectNodeRoutes",
            "true",
            "set cilium.autoDirectNodeRoutes: true, or take it out",
        )
    legacy = facts.on("bpf.hostLegacyRouting") and not facts.on("bandwidthManager.bbrHostNamespaceOnly")
    if facts.on("bandwidthManager.bbr") and legacy:
        yield error(
            f"{where}.bandwidthManager.bbr",
            "false with bpf.hostLegacyRouting",
            "true",
            "take bpf.hostLegacyRouting out, or bbr",
        )
    if facts.on("ciliumEndpointSlice.enabled") and facts.on("disableEndpointCRD"):
        yield error(f"{where}.disableEndpointCRD", "false with ciliumEndpointSlice", "true", "take one of them out")


def _words(facts: Facts) -> Iterator[Finding]:
    """Values for which the agent accepts only a few words."""
    modes = ("native", "tunnel")
    mode = str(facts.helm("routingMode") or "tunnel")
    if mode not in modes:
        yield error("cilium.values.routingMode", " or ".join(modes), mode, "take one of them")
    protocol = str(facts.helm("tunnelProtocol") or "vxlan")
    if protocol not in ("vxlan", "geneve"):
        yield error("cilium.values.tunnelProtocol", "vxlan or geneve", protocol, "take one of them")
    enforcement = str(facts.helm("policyEnforcementMode") or "default")
    if enforcement not in ("default", "always", "never"):
        yield error("cilium.values.policyEnforcementMode", "default, always or never", enforcement, "take one of them")
    without = str(facts.helm("serviceNoBackendResponse") or "reject")
    if without not in ("reject", "drop"):
        yield error("cilium.values.serviceNoBackendResponse", "reject or drop", without, "take one of them")
    denied = str(facts.helm("policyDenyResponse") or "none")
    if facts.release >= (1, 19) and denied not in ("none", "icmp"):
        yield error("cilium.values.policyDenyResponse", "none or icmp", denied, "take one of them")


def _masquerade(facts: Facts) -> Iterator[Finding]:
    where = "cilium.values.bpf.masquerade"
    both_off = _off(facts, "enableIPv4Masquerade", default=True) and _off(facts, "enableIPv6Masquerade", default=True)
    if facts.on("bpf.masquerade"):
        if both_off:
            yield error(where, "false without masquerading", "true", "take bpf.masquerade out")
        if facts.release < (1, 19) and not facts.serves_services:
            yield error(where, "false without kube-proxy replacement", "true", "set cilium.kubeProxyReplacement: true")
        if facts.helm("egressMasqueradeInterfaces"):
            yield error(
                "cilium.values.egressMasqueradeInterfaces",
                "nothing with bpf.masquerade",
                facts.helm("egressMasqueradeInterfaces"),
                "take it out, or bpf.masquerade",
            )
    elif facts.on("ipMasqAgent.enabled"):
        yield error(where, "true with ipMasqAgent.enabled", "false", "set cilium.values.bpf.masquerade: true")


def _encryption(facts: Facts) -> Iterator[Finding]:
    kind = str(facts.helm("encryption.type") or "")
    if not facts.on("encryption.enabled") or kind != "ipsec":
        return
    if facts.on("hostFirewall.enabled"):
        fix = "use WireGuard, or no host firewall"
        yield error("cilium.values.hostFirewall.enabled", "false with IPsec", "true", fix)
    if facts.helm("ipam.mode") == "multi-pool" and (
        facts.release < (1, 18) or (facts.release < (1, 19) and facts.helm("routingMode") != "tunnel")
    ):
        yield error("cilium.ipam", "another mode with IPsec", "multi-pool", "use WireGuard, or another IPAM mode")


def _off(facts: Facts, key: str, *, default: bool) -> bool:
    value = facts.helm(key)
    return not default if value is None else str(value).lower() in _OFF
