"""The contents of each image: its Dockerfile and the files of its build context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.docker import trees, wheels
from lab.toolchain.build import bin_dir, module_dir
from lab.toolchain.recipes import DEFAULT_CILIUM, ETCD, KUBELET, OCI_RUNTIME, TOOLS, TOOLSETS, Part

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
BASE = "cilium-edge/base:bookworm"
_PYTHON = "cilium-edge/python:3.11"
_REQUIREMENTS = PROJECT / "requirements/controller.txt"
KUBERNETES = next(each for each in TOOLSETS if each.name == "kubernetes")
NODE_RUNNER = next(each for each in TOOLSETS if each.name == "noderunner")
# The versions of these images that kubeadm of this version uses.
_PAUSE, _ETCD = "3.10.1", "3.6.5-0"
_NODE_PACKAGES = (
    "conntrack",
    "containerd",
    "containernetworking-plugins",
    "ethtool",
    "ipset",
    "runc",
    "socat",
)
_AGENT_PACKAGES = ("bpftool", "clang-19", "conntrack", "ipset", "llvm-19")
# LLVM has a hundred programs. Agents run clang and llc only.
_NO_AGENT_NEEDS = (
    "$(ls -d /usr/lib/llvm-19/bin/* | grep -vE '/(clang|clang-19|llc)$')",
    "/usr/lib/llvm-19/lib/*.a",
    "/usr/lib/gcc /usr/share/doc /usr/share/man /usr/include",
)


@dataclass(frozen=True)
class Contents:
    """An image. `files`: path in the build context -> file or directory of this machine. `args`: build arguments.

    `parts`: the toolsets of its binaries. `own`: the project's files and directories in it. A change of parts or files
    rebuilds the image.
    """

    name: str
    dockerfile: str
    files: Callable[[], dict[str, Path]] = dict
    args: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    own: tuple[Path, ...] = ()


def router() -> Contents:
    """An FRR router."""
    return Contents(
        "cilium-edge/router:8.4.4",
        _text("router"),
        lambda: {
            "layer.tar": trees.layer("router", ("frr", "frr-pythontools")),
            "rootfs": HERE / "router/rootfs",
        },
        own=(HERE / "router/rootfs",),
    )


def outpost() -> Contents:
    """A host outside the cluster whose server returns the source address of each request."""
    return _by_node_runner("cilium-edge/outpost:1", "outpost")


def node() -> Contents:
    """A Kubernetes node, without the images of its Pods."""
    return Contents(
        f"cilium-edge/node-bare:v{KUBERNETES.version}",
        _text("node"),
        lambda: {
            "layer.tar": trees.layer("node", _NODE_PACKAGES),
            "rootfs": HERE / "node/rootfs",
            "ociruntime": bin_dir(OCI_RUNTIME) / "ociruntime",
            "bin/kubectl": bin_dir(KUBERNETES) / "kubectl",
            **{f"bin/{name}": bin_dir(KUBELET) / name for name in ("kubelet", "kubeadm")},
        },
        (("KUBERNETES", KUBERNETES.version),),
        parts=(KUBELET, OCI_RUNTIME, KUBERNETES),
        own=(HERE / "node/rootfs",),
    )


def python() -> Contents:
    """The base of the egress controller's image, with wheels of its Python packages: the build needs no registry."""
    text = (
        f"FROM {BASE}\nADD layer.tar /\nCOPY wheels/ /wheels/\nRUN ln -s python3 /usr/bin/python\n"
        "ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels PIP_BREAK_SYSTEM_PACKAGES=1\n"
    )
    return Contents(
        _PYTHON,
        text,
        lambda: {
            "layer.tar": trees.layer("python", ("python3", "python3-pip")),
            "wheels": wheels.directory(_REQUIREMENTS),
        },
        own=(_REQUIREMENTS,),
    )


def egress_controller() -> Contents:
    """The egress controller, by its own Dockerfile."""
    parts = {name: PROJECT / name for name in ("config", "transport", "controllers")}
    return Contents(
        "docker.io/cilium-edge/egress-ha:1",
        (PROJECT / "controllers/egress_ha/Dockerfile").read_text(),
        lambda: {"requirements/controller.txt": _REQUIREMENTS, **parts},
        (("BASE", _PYTHON),),
        own=(_REQUIREMENTS, *parts.values()),
    )


def of_pods() -> tuple[Contents, ...]:
    """The images of the nodes' Pods, by the names that kubeadm, the chart and the shipped stacks use."""
    kubernetes = [
        _binaries(f"registry.k8s.io/{name}:v{KUBERNETES.version}", KUBERNETES, name)
        for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
    ]
    version = DEFAULT_CILIUM.version
    return (
        *kubernetes,
        _binaries(f"registry.k8s.io/etcd:{_ETCD}", ETCD, "etcd", "etcdctl"),
        Contents(f"registry.k8s.io/pause:{_PAUSE}", f'FROM {BASE}\nENTRYPOINT ["/usr/bin/sleep", "infinity"]\n'),
        _agent(),
        _binaries(f"quay.io/cilium/operator-generic:v{version}", DEFAULT_CILIUM, "cilium-operator-generic"),
        _by_node_runner("docker.io/traefik/whoami:v1.11", "whoami"),
        # The client of drills needs Python, which the real image has, too.
        Contents("docker.io/nicolaka/netshoot:v0.14", f"FROM {_PYTHON}\n"),
        egress_controller(),
    )


def _agent() -> Contents:
    def files() -> dict[str, Path]:
        source = module_dir(DEFAULT_CILIUM)
        plugin = source / "plugins/cilium-cni"
        return {
            "layer.tar": trees.layer("cilium", _AGENT_PACKAGES, _NO_AGENT_NEEDS),
            "bpf": source / "bpf",
            **{
                f"bin/{name}": bin_dir(DEFAULT_CILIUM) / name
                for name in ("cilium-agent", "cilium-dbg", "cilium-health-responder")
            },
            **{f"bin/{name}": bin_dir(TOOLS) / name for name in ("cilium-mount", "cilium-sysctlfix")},
            "cni/cilium-cni": bin_dir(DEFAULT_CILIUM) / "cilium-cni",
            "scripts/install-plugin.sh": plugin / "install-plugin.sh",
            "scripts/cni-uninstall.sh": plugin / "cni-uninstall.sh",
            "scripts/init-container.sh": source / "images/cilium/init-container.sh",
        }

    return Contents(
        f"quay.io/cilium/cilium:v{DEFAULT_CILIUM.version}", _text("cilium"), files, parts=(DEFAULT_CILIUM, TOOLS)
    )


def _binaries(name: str, part: Part, *programs: str) -> Contents:
    """An image of programs on the base, whose layers every node already has."""
    return Contents(
        name,
        f"FROM {BASE}\nCOPY bin/ /usr/local/bin/\n",
        lambda: {f"bin/{each}": bin_dir(part) / each for each in programs},
        parts=(part,),
    )


def _by_node_runner(name: str, *words: str) -> Contents:
    """An image of the node runner as one of its small servers."""
    entry = ", ".join(f'"{word}"' for word in ("/noderunner", *words))
    return Contents(
        name,
        f"FROM {BASE}\nCOPY bin/ /\nENTRYPOINT [{entry}]\n",
        lambda: {"bin/noderunner": bin_dir(NODE_RUNNER) / "noderunner"},
        parts=(NODE_RUNNER,),
    )


def _text(directory: str) -> str:
    return (HERE / directory / "Dockerfile").read_text()
