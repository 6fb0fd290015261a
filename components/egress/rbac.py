"""The API permissions of the two parts of the controller (docs/egress-rights.md, checked by a test)."""

from __future__ import annotations

from typing import Any

from components.egress.crd import PLURAL
from config.egress import HA_GROUP, HA_KEYS, HA_LEASE, EgressHA

Manifest = dict[str, Any]
CONTROLLER, NODE = "egress-ha-controller", "egress-ha-node"
_WATCH = ["list", "watch"]
# Events of cluster-scoped objects are in this namespace.
_EVENTS = "default"


def rbac(settings: EgressHA) -> list[Manifest]:
    """ServiceAccounts, roles and role bindings."""
    space = settings.namespace
    wide = [
        _rule([HA_GROUP], [PLURAL], _WATCH),
        _rule([HA_GROUP], [f"{PLURAL}/status"], ["patch"]),
        _rule([""], ["nodes"], _WATCH),
        _rule(["cilium.io"], ["ciliumegressgatewaypolicies"], ["get", *_WATCH, "create", "patch", "delete"]),
    ]
    narrow = [
        _rule(["coordination.k8s.io"], ["leases"], ["get", "update"], HA_LEASE),
        _rule([""], ["secrets"], ["get", "update"], HA_KEYS),
        _rule([""], ["pods"], _WATCH),
    ]
    events = [_rule([""], ["events"], ["create"])]
    return [
        _account(CONTROLLER, space),
        _account(NODE, space),
        _role("ClusterRole", CONTROLLER, wide),
        _binding("ClusterRole", CONTROLLER, space),
        _role("Role", CONTROLLER, narrow, space),
        _binding("Role", CONTROLLER, space),
        _role("Role", f"{CONTROLLER}-events", events, _EVENTS),
        _binding("Role", f"{CONTROLLER}-events", space, CONTROLLER, _EVENTS),
        _role("ClusterRole", NODE, [_rule([HA_GROUP], [PLURAL], _WATCH)]),
        _binding("ClusterRole", NODE, space),
        _role("Role", NODE, [_rule([""], ["secrets"], ["get"], HA_KEYS)], space),
        _binding("Role", NODE, space),
    ]


def filled_by_controller(settings: EgressHA) -> list[Manifest]:
    """The Lease and the Secret that the controller fills. It may write these two objects, but not create others."""
    space = settings.namespace
    return [
        {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": HA_LEASE, "namespace": space}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": HA_KEYS, "namespace": space}},
    ]


def _rule(groups: list[str], resources: list[str], verbs: list[str], name: str | None = None) -> Manifest:
    only = {"resourceNames": [name]} if name else {}
    return {"apiGroups": groups, "resources": resources, **only, "verbs": verbs}


def _account(name: str, namespace: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}


def _role(kind: str, name: str, rules: list[Manifest], namespace: str | None = None) -> Manifest:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": rules}


def _binding(kind: str, name: str, namespace: str, account: str = "", where: str = "") -> Manifest:
    """The binding of a ServiceAccount in `namespace`. A RoleBinding is in the namespace `where`, like its Role."""
    metadata = {"name": name} | ({"namespace": where or namespace} if kind == "Role" else {})
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": f"{kind}Binding",
        "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": account or name, "namespace": namespace}],
    }
