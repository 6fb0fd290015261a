"""The objects of network policies: CiliumClusterwideNetworkPolicy and CiliumNetworkPolicy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.base import Model
from config.policy import NetworkPolicy, PolicyPort, PolicyRule
from effective.objects.form import Manifest


def kind_of(namespace: str | None) -> str:
    """The kind of a policy. A policy with a namespace applies to pods of that namespace."""
    return "CiliumNetworkPolicy" if namespace else "CiliumClusterwideNetworkPolicy"


def network_policy(item: NetworkPolicy) -> Manifest:
    """The object for a policy."""
    selector, nodes = item.endpoint_selector, item.node_selector
    spec: Manifest = {"nodeSelector": _dumped(nodes)} if nodes is not None else {"endpointSelector": _dumped(selector)}
    deny = _dumped(item.enable_default_deny)
    if deny:
        spec["enableDefaultDeny"] = deny
    for direction, side, rules in (("ingress", "from", item.ingress), ("egress", "to", item.egress)):
        if rules is not None:
            # The API treats an empty list like no rules at all. One empty rule means default deny.
            spec[direction] = [_rule(rule, side) for rule in rules] or [{}]
    for direction, side, denied in (("ingressDeny", "from", item.ingress_deny), ("egressDeny", "to", item.egress_deny)):
        if denied:
            spec[direction] = [_rule(rule, side) for rule in denied]
    metadata = {"name": item.name, **({"namespace": item.namespace} if item.namespace else {})}
    return {"apiVersion": "cilium.io/v2", "kind": kind_of(item.namespace), "metadata": metadata, "spec": spec}


def _rule(rule: PolicyRule, side: str) -> Manifest:
    parts: list[tuple[str, Sequence[Any]]] = [
        (f"{side}Endpoints", [_dumped(e) for e in rule.endpoints]),
        (f"{side}Entities", list(rule.entities)),
        (f"{side}CIDRSet", [_dumped(c) for c in rule.cidrs]),
        (f"{side}FQDNs", [_dumped(f) for f in rule.fqdns]),
    ]
    result: Manifest = {key: value for key, value in parts if value}
    if rule.ports or rule.http:
        ports: Manifest = {"ports": [_port(port) for port in rule.ports]} if rule.ports else {}
        if rule.http:
            ports["rules"] = {"http": [_dumped(request) for request in rule.http]}
        result["toPorts"] = [ports]
    return result


def _port(port: int | PolicyPort) -> Manifest:
    if isinstance(port, int):
        return {"port": str(port), "protocol": "TCP"}
    end = {"endPort": port.end_port} if port.end_port is not None else {}
    return {"port": str(port.port), **end, "protocol": port.protocol}


def _dumped(model: Model) -> Manifest:
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
