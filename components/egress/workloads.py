"""The controller's Deployment and disruption budget, and the DaemonSet on the gateways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.egress.rbac import CONTROLLER, NODE
from config.cilium import Cilium
from config.egress import LOOPBACK, EgressHA
from config.labels import HOSTNAME, LabelSelector

Manifest = dict[str, Any]
# Host and port of the API server, as texts (or Outputs of texts).
Server = tuple[Any, Any]

_HARDENED: Manifest = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
_NOBODY = 65534
# The image name that a lab replaces by a program, and an invalid name (rule G23 requires a real image).
LAB_IMAGE, NO_IMAGE = "cilium-edge/egress-ha", "egress-ha.invalid/not-set"
# A volume in memory with the lifetime of the pod: a process that restarts without the API still has its keys.
_KEYS = "/run/egress-ha"


def workloads(settings: EgressHA, gateways: Sequence[LabelSelector], server: Server, cilium: Cilium) -> list[Manifest]:
    """The workloads. Replicas run on different nodes, and not on gateways if the cluster has other nodes.

    `gateways` are the node selectors of all groups.
    """
    # Not the ClusterIP: it depends on the agents, and the controller has to work when agents fail.
    environment = [
        {"name": "KUBERNETES_SERVICE_HOST", "value": server[0]},
        {"name": "KUBERNETES_SERVICE_PORT", "value": server[1]},
    ]
    running = [_deployment(settings, gateways), _daemon_set(settings, gateways)]
    for item in running:
        item["spec"]["template"]["spec"]["containers"][0]["env"] += environment
    if cilium.release < (1, 18):
        running[0]["spec"]["template"]["spec"]["containers"][0]["args"].append("--no-lists")
    return [*running, _budget(settings)]


def _deployment(settings: EgressHA, gateways: Sequence[LabelSelector]) -> Manifest:
    labels = {"app": CONTROLLER}
    term = {"labelSelector": {"matchLabels": labels}, "topologyKey": HOSTNAME}
    may = {"runAsNonRoot": True, "runAsUser": _NOBODY, "runAsGroup": _NOBODY, "capabilities": {"drop": ["ALL"]}}
    spec = _pod(settings, CONTROLLER, "controller", may)
    loopback = {"host": LOOPBACK} if settings.metrics_listen == "loopback" else {}
    probe = {"tcpSocket": {"port": settings.metrics_port, **loopback}, "periodSeconds": 2}
    spec["containers"][0]["readinessProbe"] = probe
    spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    away = [_term(one, turned=True) for selector in gateways for one in _expressions(selector.manifest())]
    if away:
        preferred = [{"weight": 100, "preference": {"matchExpressions": [one]}} for one in away]
        spec["affinity"]["nodeAffinity"] = {"preferredDuringSchedulingIgnoredDuringExecution": preferred}
    spec["tolerations"] = [
        {"key": "node-role.kubernetes.io/control-plane", "operator": "Exists", "effect": "NoSchedule"}
    ]
    if settings.node_selector.match_labels:
        spec["nodeSelector"] = dict(settings.node_selector.match_labels)
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": CONTROLLER, "namespace": settings.namespace, "labels": labels},
        "spec": {
            "replicas": settings.replicas,
            "selector": {"matchLabels": labels},
            "strategy": strategy,
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def _budget(settings: EgressHA) -> Manifest:
    labels = {"app": CONTROLLER}
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": CONTROLLER, "namespace": settings.namespace},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels}},
    }


def _daemon_set(settings: EgressHA, gateways: Sequence[LabelSelector]) -> Manifest:
    labels = {"app": NODE}
    # NET_ADMIN for addresses, NET_RAW for ARP. Kubernetes gives capabilities only to processes of root.
    may = {"runAsUser": 0, "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW"]}}
    spec = _pod(settings, NODE, "node", may)
    spec["tolerations"] = [{"operator": "Exists"}]
    terms = [{"matchExpressions": [_term(one) for one in _expressions(selector.manifest())]} for selector in gateways]
    required = {"nodeSelectorTerms": [term for term in terms if term["matchExpressions"]]}
    if len(required["nodeSelectorTerms"]) == len(terms):
        spec["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": NODE, "namespace": settings.namespace, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
    }


def _pod(settings: EgressHA, account: str, role: str, may: Manifest) -> Manifest:
    settled = {"keys": f"{_KEYS}/keys.json", **settings.arguments}
    arguments = [role, *(f"--{name}={value}" for name, value in settled.items())]
    environment = [
        {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
        for name, path in (("POD_NAME", "metadata.name"), ("NODE_NAME", "spec.nodeName"), ("HOST_IP", "status.hostIP"))
    ]
    container = {
        "name": role,
        "image": settings.image or NO_IMAGE,
        "args": arguments,
        "env": environment,
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
        "volumeMounts": [{"name": "keys", "mountPath": _KEYS}],
        "securityContext": {**_HARDENED, **may},
    }
    keys = {"name": "keys", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}
    return {
        "serviceAccountName": account,
        "hostNetwork": True,
        "priorityClassName": "system-node-critical",
        "terminationGracePeriodSeconds": 5,
        "containers": [container],
        "volumes": [keys],
    }


def _expressions(selector: Manifest) -> list[Manifest]:
    labels = [{"key": k, "operator": "In", "values": [v]} for k, v in selector.get("matchLabels", {}).items()]
    return [*labels, *selector.get("matchExpressions", [])]


def _term(expression: Manifest, *, turned: bool = False) -> Manifest:
    opposite = {"In": "NotIn", "NotIn": "In", "Exists": "DoesNotExist", "DoesNotExist": "Exists"}
    return {**expression, "operator": opposite[expression["operator"]]} if turned else expression
