"""The controller's Deployment and its budget, and the part on the gateways as a DaemonSet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.egress_ha.rbac import CONTROLLER, NODE
from config.cilium import Cilium
from config.cluster import Cluster
from config.egress import LOOPBACK, EgressHA, EgressPolicy
from config.labels import HOSTNAME

Manifest = dict[str, Any]

_HARDENED: Manifest = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                       "seccompProfile": {"type": "RuntimeDefault"}}  # fmt: skip
_NOBODY = 65534
# What a lab has a program for, and a name that no registry can have: rule G23 asks for a real one.
_LAB_IMAGE, _NO_IMAGE = "cilium-edge/egress-ha", "egress-ha.invalid/not-set"
# In memory, and as long as the pod: a process that starts again while the API is away has its keys.
_KEYS = "/run/egress-ha"


def workloads(settings: EgressHA, policies: Sequence[EgressPolicy], cluster: Cluster,
              cilium: Cilium) -> list[Manifest]:  # fmt: skip
    """What runs. Replicas stand on different nodes, away from the gateways where the cluster has other nodes."""
    # Not by the ClusterIP: that way leads through the agents, and the controller is there for when they fail.
    server = [{"name": "KUBERNETES_SERVICE_HOST", "value": str(cluster.api_server)},
              {"name": "KUBERNETES_SERVICE_PORT", "value": str(cluster.api_port)}]  # fmt: skip
    if settings.image is None:
        settings = settings.model_copy(update={"image": _LAB_IMAGE if cluster.kind == "lab" else _NO_IMAGE})
    running = [_deployment(settings, policies), _daemon_set(settings, policies)]
    for item in running:
        item["spec"]["template"]["spec"]["containers"][0]["env"] += server
    if cilium.release < (1, 18):
        running[0]["spec"]["template"]["spec"]["containers"][0]["args"].append("--no-lists")
    return [*running, _budget(settings)]


def _deployment(settings: EgressHA, policies: Sequence[EgressPolicy]) -> Manifest:
    labels = {"app": CONTROLLER}
    term = {"labelSelector": {"matchLabels": labels}, "topologyKey": HOSTNAME}
    may = {"runAsNonRoot": True, "runAsUser": _NOBODY, "runAsGroup": _NOBODY, "capabilities": {"drop": ["ALL"]}}
    spec = _pod(settings, CONTROLLER, "controller", may)
    loopback = {"host": LOOPBACK} if settings.metrics_listen == "loopback" else {}
    probe = {"tcpSocket": {"port": settings.metrics_port, **loopback}, "periodSeconds": 2}
    spec["containers"][0]["readinessProbe"] = probe
    spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    gateways = [_term(expression, turned=True) for policy in policies for group in policy.egress_groups
                for expression in _expressions(group.node_selector.manifest())]  # fmt: skip
    if gateways:
        preferred = [{"weight": 100, "preference": {"matchExpressions": [one]}} for one in gateways]
        spec["affinity"]["nodeAffinity"] = {"preferredDuringSchedulingIgnoredDuringExecution": preferred}
    spec["tolerations"] = [
        {"key": "node-role.kubernetes.io/control-plane", "operator": "Exists", "effect": "NoSchedule"}
    ]
    if settings.node_selector.match_labels:
        spec["nodeSelector"] = dict(settings.node_selector.match_labels)
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": CONTROLLER, "namespace": settings.namespace, "labels": labels},
        "spec": {"replicas": settings.replicas, "selector": {"matchLabels": labels}, "strategy": strategy,
                 "template": {"metadata": {"labels": labels}, "spec": spec}},
    }  # fmt: skip


def _budget(settings: EgressHA) -> Manifest:
    labels = {"app": CONTROLLER}
    return {
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
        "metadata": {"name": CONTROLLER, "namespace": settings.namespace},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels}},
    }  # fmt: skip


def _daemon_set(settings: EgressHA, policies: Sequence[EgressPolicy]) -> Manifest:
    labels = {"app": NODE}
    # NET_ADMIN puts addresses on, NET_RAW speaks ARP; only root's programs get capabilities from Kubernetes.
    may = {"runAsUser": 0, "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW"]}}
    spec = _pod(settings, NODE, "node", may)
    spec["tolerations"] = [{"operator": "Exists"}]
    terms = [{"matchExpressions": [_term(e) for e in _expressions(group.node_selector.manifest())]}
             for policy in policies for group in policy.egress_groups]  # fmt: skip
    required = {"nodeSelectorTerms": [term for term in terms if term["matchExpressions"]]}
    if len(required["nodeSelectorTerms"]) == len(terms):
        spec["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    return {
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": {"name": NODE, "namespace": settings.namespace, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
    }  # fmt: skip


def _pod(settings: EgressHA, account: str, role: str, may: Manifest) -> Manifest:
    settled = {"keys": f"{_KEYS}/keys.json", **settings.arguments}
    arguments = [role, *(f"--{name}={value}" for name, value in settled.items())]
    environment = [
        {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
        for name, path in (("POD_NAME", "metadata.name"), ("NODE_NAME", "spec.nodeName"), ("HOST_IP", "status.hostIP"))
    ]
    container = {"name": role, "image": settings.image, "args": arguments, "env": environment,
                 "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
                 "volumeMounts": [{"name": "keys", "mountPath": _KEYS}],
                 "securityContext": {**_HARDENED, **may}}  # fmt: skip
    keys = {"name": "keys", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}
    return {"serviceAccountName": account, "hostNetwork": True, "priorityClassName": "system-node-critical",
            "terminationGracePeriodSeconds": 5, "containers": [container], "volumes": [keys]}  # fmt: skip


def _expressions(selector: Manifest) -> list[Manifest]:
    labels = [{"key": k, "operator": "In", "values": [v]} for k, v in selector.get("matchLabels", {}).items()]
    return [*labels, *selector.get("matchExpressions", [])]


def _term(expression: Manifest, *, turned: bool = False) -> Manifest:
    opposite = {"In": "NotIn", "NotIn": "In", "Exists": "DoesNotExist", "DoesNotExist": "Exists"}
    return {**expression, "operator": opposite[expression["operator"]]} if turned else expression
