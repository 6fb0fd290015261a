"""kubeadm's configuration for each node, and the scripts that run it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from components.hosts.shell import script, word
from config.cluster import DockerCluster
from config.labels import CONTROL_PLANE
from config.node import Node
from config.stack import StackConfig
from effective.helm import helm_values

_API = "kubeadm.k8s.io/v1beta4"
_SOCKET = "unix:///run/containerd/containerd.sock"
# The file marks a finished kubeadm run. Without it, kubeadm was interrupted.
_DONE = "/etc/kubernetes/cilium-edge-done"

_HERE = Path(__file__).parent
INIT = script(_HERE / "kubeadm.sh", done=_DONE, command="init") + script(_HERE / "ready.sh")
JOIN = script(_HERE / "kubeadm.sh", done=_DONE, command="join")


def init_configuration(stack: StackConfig, node: Node, token: str) -> str:
    """The configuration for the control plane: YAML documents, written as JSON."""
    cluster = stack.cluster
    assert isinstance(cluster, DockerCluster)
    manager = {"allocate-node-cidrs": "false"} if stack.cilium.ipam == "kubernetes" else {}
    documents = [
        {
            "apiVersion": _API,
            "kind": "InitConfiguration",
            "bootstrapTokens": [{"token": token, "ttl": "0s"}],
            "localAPIEndpoint": {"advertiseAddress": str(node.address), "bindPort": cluster.api_port},
            "nodeRegistration": _registration(node),
            # The edge needs no cluster DNS, and node images lack its image.
            "skipPhases": ["preflight", "addon/coredns", *([] if wants_kube_proxy(stack) else ["addon/kube-proxy"])],
        },
        {
            "apiVersion": _API,
            "kind": "ClusterConfiguration",
            "kubernetesVersion": _version(cluster),
            "controlPlaneEndpoint": f"{cluster.api_server}:{cluster.api_port}",
            "networking": {"podSubnet": str(cluster.pod_cidr), "serviceSubnet": str(cluster.service_cidr)},
            "controllerManager": {"extraArgs": _arguments(manager)},
        },
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "cgroupDriver": "systemd",
            # systemd owns the other control groups of the container.
            "cgroupRoot": "/kubelet",
            "failSwapOn": False,
            "imageGCHighThresholdPercent": 100,
            # The disk is the machine's. A full disk must not evict pods of the node.
            "evictionHard": dict.fromkeys(("nodefs.available", "nodefs.inodesFree", "imagefs.available"), "0%"),
        },
    ]
    return "\n---\n".join(json.dumps(one) for one in documents) + "\n"


def wants_kube_proxy(stack: StackConfig) -> bool:
    """Whether kube-proxy runs, because Cilium does not replace it."""
    return str(helm_values(stack).get("kubeProxyReplacement", "")).lower() != "true"


def join_configuration(stack: StackConfig, node: Node, token: str, kubeconfig: str) -> str:
    """The configuration for a worker. The worker checks the API server by the CA in the administrator's kubeconfig."""
    cluster = stack.cluster
    discovery = {
        "token": token,
        "apiServerEndpoint": f"{cluster.api_server}:{cluster.api_port}",
        "caCertHashes": [authority(kubeconfig)],
    }
    document = {
        "apiVersion": _API,
        "kind": "JoinConfiguration",
        "discovery": {"bootstrapToken": discovery},
        "nodeRegistration": _registration(node),
        "skipPhases": ["preflight"],
    }
    return json.dumps(document) + "\n"


def authority(kubeconfig: str) -> str:
    """`sha256:` and the digest of the public key of the cluster's CA, as kubeadm expects it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_pem_x509_certificate

    found = re.search(r"certificate-authority-data: (\S+)", kubeconfig)
    assert found is not None, "kubeadm's kubeconfig has its authority in it"
    key = load_pem_x509_certificate(base64.b64decode(found[1])).public_key()
    return f"sha256:{hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()}"


def registered_script(stack: StackConfig, node: Node) -> str:
    """A script for the control plane: waits for the Node, and sets its PodCIDR and labels. No kubelet sets these."""
    kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf"
    spec = {"podCIDR": str(node.pod_cidr), "podCIDRs": [str(node.pod_cidr)]} if node.pod_cidr else {}
    patch = json.dumps({"metadata": {"labels": node.labels}, "spec": spec}, sort_keys=True)
    return script(_HERE / "registered.sh", kubectl=kubectl, node=node.name, patch=word(patch))


def forget_script(node: Node) -> str:
    """A script for the control plane: deletes the Node. An API server that does not answer is no error."""
    kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=5s"
    return f"{kubectl} delete node {node.name} --ignore-not-found --wait=false >/dev/null 2>&1 || true\n"


def _registration(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "criSocket": _SOCKET,
        "kubeletExtraArgs": _arguments({"node-ip": str(node.address)}),
        "taints": taints(node),
    }


def taints(node: Node) -> list[dict[str, str]]:
    """The taints of a node: kubeadm's taint of a control plane, and the taints of the stack.

    A taint of the stack replaces kubeadm's taint of the same key and effect, because the API refuses both together.
    """
    own = [{"key": one.key, "value": one.value, "effect": one.effect} for one in node.taints]
    standard = {"key": CONTROL_PLANE, "value": "", "effect": "NoSchedule"}
    written = any((one["key"], one["effect"]) == (standard["key"], standard["effect"]) for one in own)
    return own if written or node.role != "control-plane" else [standard, *own]


def _arguments(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": key, "value": value} for key, value in values.items()]


def _version(cluster: DockerCluster) -> str:
    return f"v{cluster.kubernetes.removeprefix('v')}"
