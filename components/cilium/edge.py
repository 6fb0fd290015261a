"""The objects of L2 announcements, Ingress and egress policies."""

from __future__ import annotations

from typing import Any

from components.cilium.manifests import Manifest
from config.cilium import Cilium
from config.egress import EgressGateway, EgressPolicy, EgressSelector
from config.ingress import MODE_ANNOTATION, Ingress, IngressBackend, IngressPath
from config.l2 import L2Policy
from config.labels import LabelSelector


def l2_policy(item: L2Policy) -> Manifest:
    """A CiliumL2AnnouncementPolicy; v2alpha1 in every release up to 1.20."""
    spec: Manifest = {"externalIPs": item.external_ips, "loadBalancerIPs": item.load_balancer_ips}
    if item.interfaces:
        spec["interfaces"] = list(item.interfaces)
    spec |= _selectors(nodeSelector=item.node_selector, serviceSelector=item.service_selector)
    return _object("cilium.io/v2alpha1", "CiliumL2AnnouncementPolicy", item.name, spec)


def ingress(item: Ingress) -> Manifest:
    """An Ingress."""
    rules = []
    for rule in item.rules:
        paths = [{"path": path.path, "pathType": path.path_type, "backend": _backend(path)} for path in rule.paths]
        rules.append({**({"host": rule.host} if rule.host else {}), "http": {"paths": paths}})
    spec: Manifest = {"ingressClassName": item.ingress_class_name, "rules": rules}
    if item.default_backend is not None:
        spec["defaultBackend"] = _backend(item.default_backend)
    if item.tls:
        spec["tls"] = [
            {
                **({"hosts": list(tls.hosts)} if tls.hosts else {}),
                **({"secretName": tls.secret_name} if tls.secret_name else {}),
            }
            for tls in item.tls
        ]
    result = _object("networking.k8s.io/v1", "Ingress", item.name, spec)
    result["metadata"] |= {"namespace": item.namespace, "labels": dict(item.labels)}
    mode = {MODE_ANNOTATION: item.load_balancer_mode} if item.load_balancer_mode else {}
    if item.annotations or mode:
        result["metadata"]["annotations"] = {**item.annotations, **mode}
    return result


def _backend(item: IngressBackend | IngressPath) -> Manifest:
    port = {"name": item.port} if isinstance(item.port, str) else {"number": item.port}
    return {"service": {"name": item.service, "port": port}}


def _egress_spec(item: EgressPolicy) -> Manifest:
    """What every kind of egress policy has."""
    spec: Manifest = {
        "selectors": [_selector(selector) for selector in item.selectors],
        "destinationCIDRs": [str(cidr) for cidr in item.destination_cidrs],
    }
    if item.excluded_cidrs:
        spec["excludedCIDRs"] = [str(cidr) for cidr in item.excluded_cidrs]
    return spec


def egress_ha_spec(item: EgressPolicy) -> Manifest:
    """The HA form as both kinds of it have it, but for the affinity."""
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
        return _object("isovalent.com/v1", "IsovalentEgressGatewayPolicy", item.name, spec)
    spec = _egress_spec(item)
    if item.egress_gateway is not None:
        spec["egressGateway"] = _gateway(item.egress_gateway)
    if item.egress_gateways:
        spec["egressGateways"] = [_gateway(gateway) for gateway in item.egress_gateways]
    return _object("cilium.io/v2", "CiliumEgressGatewayPolicy", item.name, spec)


def _gateway(gateway: EgressGateway) -> Manifest:
    result: Manifest = {"nodeSelector": gateway.node_selector.manifest()}
    if gateway.interface is not None:
        result["interface"] = gateway.interface
    if gateway.egress_ip is not None:
        result["egressIP"] = str(gateway.egress_ip)
    return result


def _selector(selector: EgressSelector) -> Manifest:
    return _selectors(
        podSelector=selector.pod_selector,
        namespaceSelector=selector.namespace_selector,
        nodeSelector=selector.node_selector,
    )


def _selectors(**selectors: LabelSelector | None) -> Manifest:
    return {key: selector.manifest() for key, selector in selectors.items() if selector is not None}


def _object(api_version: str, kind: str, name: str, spec: dict[str, Any]) -> Manifest:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec}
