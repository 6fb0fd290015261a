"""The CustomResourceDefinition EgressGatewayHAPolicy, and objects of this kind."""

from __future__ import annotations

from typing import Any

from config.egress import HA_API_VERSION, HA_GROUP, HA_KIND, HA_SATISFIED, HA_VERSION, EgressPolicy
from effective.objects.egress import egress_ha_spec

Manifest = dict[str, Any]

PLURAL = "egressgatewayhapolicies"

_TEXT: Manifest = {"type": "string"}
_TEXTS: Manifest = {"type": "array", "items": _TEXT}
# The API server rejects texts that are not prefixes. The controller finds host bits.
_PREFIXES: Manifest = {"type": "array", "items": {"type": "string", "format": "cidr"}}
_LABELS: Manifest = {"type": "object", "additionalProperties": _TEXT}
_REQUIREMENT: Manifest = {
    "type": "object",
    "required": ["key", "operator"],
    "properties": {
        "key": _TEXT,
        "values": _TEXTS,
        "operator": {"type": "string", "enum": ["In", "NotIn", "Exists", "DoesNotExist"]},
    },
}
_SELECTOR: Manifest = {
    "type": "object",
    "properties": {"matchLabels": _LABELS, "matchExpressions": {"type": "array", "items": _REQUIREMENT}},
}
_GATEWAY: Manifest = {"nodeSelector": _SELECTOR, "interface": _TEXT, "egressIP": _TEXT}
_SPEC: Manifest = {
    "type": "object",
    "required": ["selectors", "destinationCIDRs", "egressGroups"],
    "properties": {
        "selectors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"podSelector": _SELECTOR, "namespaceSelector": _SELECTOR, "nodeSelector": _SELECTOR},
            },
        },
        "destinationCIDRs": {**_PREFIXES, "minItems": 1},
        "excludedCIDRs": _PREFIXES,
        "egressGroups": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {**_GATEWAY, "maxGatewayNodes": {"type": "integer", "minimum": 1, "maximum": 64}},
            },
        },
        "egressCIDRs": _PREFIXES,
        "azAffinity": {"type": "string", "enum": ["disabled", "localOnly", "localOnlyFirst", "localPriority"]},
    },
}
_CONDITION: Manifest = {
    "type": "object",
    "required": ["type", "status"],
    "properties": {
        "type": _TEXT,
        "status": _TEXT,
        "reason": _TEXT,
        "message": _TEXT,
        "lastTransitionTime": {"type": "string", "format": "date-time"},
        "observedGeneration": {"type": "integer"},
    },
}
_STATUS: Manifest = {
    "type": "object",
    "properties": {
        "observedGeneration": {"type": "integer"},
        "conditions": {
            "type": "array",
            "items": _CONDITION,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["type"],
        },
        "groupStatuses": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "activeGatewayIPs": _TEXTS,
                    "healthyGatewayIPs": _TEXTS,
                    "activeGatewayIPsByAZ": {"type": "object", "additionalProperties": _TEXTS},
                    "egressIPByGatewayIP": _LABELS,
                },
            },
        },
    },
}


def definition() -> Manifest:
    """The definition of the kind: cluster-scoped, with a status that only the controller writes."""
    columns = [
        {"name": "Affinity", "type": "string", "jsonPath": ".spec.azAffinity"},
        {"name": "Active", "type": "string", "jsonPath": ".status.groupStatuses[*].activeGatewayIPs"},
        {"name": "Addresses", "type": "string", "jsonPath": f'.status.conditions[?(@.type=="{HA_SATISFIED}")].status'},
    ]
    version = {
        "name": HA_VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": columns,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": _SPEC, "status": _STATUS}}},
    }
    names = {
        "kind": HA_KIND,
        "listKind": f"{HA_KIND}List",
        "plural": PLURAL,
        "singular": HA_KIND.lower(),
        "shortNames": ["hegp"],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{HA_GROUP}"},
        "spec": {"group": HA_GROUP, "scope": "Cluster", "names": names, "versions": [version]},
    }


def ha_policy(item: EgressPolicy) -> Manifest:
    """The policy as an object of that kind."""
    spec = {**egress_ha_spec(item), "azAffinity": item.az_affinity}
    return {"apiVersion": HA_API_VERSION, "kind": HA_KIND, "metadata": {"name": item.name}, "spec": spec}
