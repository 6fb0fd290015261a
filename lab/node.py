"""A Kubernetes node of the lab: the host's settings and the node runner."""

from __future__ import annotations

import sys
from pathlib import Path

from config.cluster import LabCluster
from config.node import Node
from lab import images
from lab.host import Host
from lab.pki import Pki
from lab.places import CACHE

# Usual settings of node images. Cilium sets the rest itself.
_SYSCTLS = ("net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0")
_PROJECT = Path(__file__).resolve().parent.parent
_CONTROL_PLANE = "node-role.kubernetes.io/control-plane"


# Agents compile their datapath at the start, and most compile the same one: 30 s of CPU for four
# nodes. The compiler is real, but ccache reuses its output for the same input. Agents request the
# object on standard output, which ccache does not store, so the wrapper uses a file.
_CLANG = Path(__file__).with_name("clang.sh")
_PREPARE = Path(__file__).with_name("node_prepare.sh")


def binds(cilium_source: Path) -> dict[str, Path]:
    """Directories of this machine in a node: Cilium's BPF sources, the compiler's cache, the project's own programs."""
    cache = CACHE / "ccache"
    cache.mkdir(parents=True, exist_ok=True)
    # Objects in the cache are loaded into the kernel, so that only root may write to it.
    cache.chmod(0o700)
    # The contents of the egress controller's image.
    image = {f"/opt/cilium-edge/{part}": _PROJECT / part for part in ("config", "controllers", "transport")}
    image["/opt/cilium-edge/python"] = Path(sys.prefix)
    if Path(sys.base_prefix) != Path("/usr"):
        # The environment's interpreter is a link, whose target may be hidden by a directory of the host.
        image[sys.base_prefix] = Path(sys.base_prefix)
    return {
        "/var/lib/cilium/bpf": cilium_source / "bpf",
        "/var/cache/ccache": cache,
        **image,
        **images.binds(cilium_source),
    }


def prepare(host: Host) -> None:
    """Set up a node so that an agent can run on it."""
    host.run(["/bin/sh", "-c", _PREPARE.read_text(), "prepare", images.OPERATOR_RUN, *_SYSCTLS])
    host.write("/usr/bin/clang", _CLANG.read_text(), 0o755)


def learn_images(host: Host) -> None:
    """Write the node runner's image table. The node runner reads it again for every container."""
    host.write("/etc/kubernetes/images.json", images.table())


def start(host: Host, node: Node, cluster: LabCluster, pki: Pki) -> None:
    """Start the node runner, which registers the Node and runs its Pods."""
    address = str(node.address)
    certificate, key = pki.issue(
        f"node-{node.name}",
        f"system:node:{node.name}",
        ("system:nodes", "system:masters"),
        (node.name, address),
    )
    server = f"https://{cluster.api_server}:{cluster.api_port}"
    host.write("/etc/kubernetes/node.conf", pki.kubeconfig(server, certificate, key), 0o600)
    host.write("/etc/kubernetes/node.crt", certificate.read_bytes())
    host.write("/etc/kubernetes/node.key", key.read_bytes(), 0o600)
    host.write("/etc/kubernetes/ca.crt", pki.ca_certificate.read_bytes())
    learn_images(host)
    labels, taints = dict(node.labels), [f"{t.key}={t.value}:{t.effect}" for t in node.taints]
    if node.role == "control-plane":
        labels[_CONTROL_PLANE] = ""
        taints.append(f"{_CONTROL_PLANE}=:NoSchedule")
    host.spawn(
        "noderunner",
        [
            "noderunner",
            f"--node={node.name}",
            f"--address={address}",
            f"--pod-cidr={node.pod_cidr or ''}",
            "--labels=" + ",".join(f"{k}={v}" for k, v in labels.items()),
            "--taints=" + ",".join(taints),
            "--kubeconfig=/etc/kubernetes/node.conf",
            "--images=/etc/kubernetes/images.json",
            "--cert=/etc/kubernetes/node.crt",
            "--key=/etc/kubernetes/node.key",
            "--client-ca=/etc/kubernetes/ca.crt",
        ],
    )
