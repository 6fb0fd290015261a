"""Egress gateway policies of every edition."""

from __future__ import annotations

from config.cilium import Cilium
from config.egress import EgressGateway, EgressPolicy, EgressSelector
from effective.objects.form import Manifest, named_object, selectors


def _egress_spec(item: EgressPolicy) -> Manifest:
    """The common part of all kinds of egress policies."""
    spec: Manifest = {
        "selectors": [_selector(selector) for selector in item.selectors],
        "destinationCIDRs": [str(cidr) for cidr in item.destination_cidrs],
    }
    if item.excluded_cidrs:
        spec["excludedCIDRs"] = [str(cidr) for cidr in item.excluded_cidrs]
    return spec


def egress_ha_spec(item: EgressPolicy) -> Manifest:
    """The common spec of both kinds of the HA form. The affinity is not included."""
    groups = []
    for group in item.egress_groups:
        most = {"maxGatewayNodes": group.max_gateway_nodes} if group.max_gateway_nodes else {}
        groups.append({**_gateway(group), **most})
    spec = {**_egress_spec(item), "egressGroups": groups}
    if item.egress_cidrs:
        spec["egressCIDRs"] = [str(cidr) for cidr in item.egress_cidrs]
    return spec


def egress_policy(item: EgressPolicy, cilium: Cilium) -> Manifest:
    """A CiliumEgressGatewayPolicy, or the IsovalentEgressGatewayPolicy of the HA form."""
    if item.isovalent(cilium.edition):
        spec = egress_ha_spec(item)
        if item.az_affinity != "disabled":
            spec["azAffinity"] = item.az_affinity
        return named_object("isovalent.com/v1", "IsovalentEgressGatewayPolicy", item.name, spec)
    spec = _egress_spec(item)
    if item.egress_gateway is not None:
        spec["egressGateway"] = _gateway(item.egress_gateway)
    if item.egress_gateways:
        spec["egressGateways"] = [_gateway(gateway) for gateway in item.egress_gateways]
    return named_object("cilium.io/v2", "CiliumEgressGatewayPolicy", item.name, spec)


def _gateway(gateway: EgressGateway) -> Manifest:
    result: Manifest = {"nodeSelector": gateway.node_selector.manifest()}
    if gateway.interface is not None:
        result["interface"] = gateway.interface
    if gateway.egress_ip is not None:
        result["egressIP"] = str(gateway.egress_ip)
    return result


def _selector(selector: EgressSelector) -> Manifest:
    return selectors(
        podSelector=selector.pod_selector,
        namespaceSelector=selector.namespace_selector,
        nodeSelector=selector.node_selector,
    )
