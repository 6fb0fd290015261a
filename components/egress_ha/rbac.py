"""What the two parts of the controller may do in the API, and no more."""

from __future__ import annotations

from typing import Any

from components.egress_ha.crd import PLURAL
from config.egress import HA_GROUP, EgressHA

Manifest = dict[str, Any]
CONTROLLER, NODE = "egress-ha-controller", "egress-ha-node"
_READ = ["get", "list", "watch"]


def rbac(settings: EgressHA) -> list[Manifest]:
    """ServiceAccounts, roles and their bindings."""
    space = settings.namespace
    wide = [
        _rule([HA_GROUP], [PLURAL], _READ),
        _rule([HA_GROUP], [f"{PLURAL}/status"], ["patch"]),
        _rule([""], ["nodes"], _READ),
        _rule(["cilium.io"], ["ciliumegressgatewaypolicies"], [*_READ, "create", "patch", "delete"]),
        _rule([""], ["events"], ["create"]),
    ]
    narrow = [
        _rule(["coordination.k8s.io"], ["leases"], ["get", "create", "update"]),
        _rule([""], ["pods"], _READ),
    ]
    return [
        _account(CONTROLLER, space),
        _account(NODE, space),
        _role("ClusterRole", CONTROLLER, wide),
        _binding("ClusterRole", CONTROLLER, space),
        _role("Role", CONTROLLER, narrow, space),
        _binding("Role", CONTROLLER, space),
        _role("ClusterRole", NODE, [_rule([HA_GROUP], [PLURAL], _READ)]),
        _binding("ClusterRole", NODE, space),
    ]


def _rule(groups: list[str], resources: list[str], verbs: list[str]) -> Manifest:
    return {"apiGroups": groups, "resources": resources, "verbs": verbs}


def _account(name: str, namespace: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}


def _role(kind: str, name: str, rules: list[Manifest], namespace: str | None = None) -> Manifest:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": rules}


def _binding(kind: str, name: str, namespace: str) -> Manifest:
    metadata = {"name": name} | ({"namespace": namespace} if kind == "Role" else {})
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": f"{kind}Binding", "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
    }  # fmt: skip
