"""The CRDs of the Gateway API, which must exist before Cilium: in the lab, the version of its Cilium."""

from __future__ import annotations

from config.errors import LabError
from config.stack import MANAGEMENT, StackConfig
from lab.host import Host
from lab.images import enabled, toolset
from lab.places import kubeconfig, lab_dir
from lab.toolchain.build import module_dir

_MODULE = "sigs.k8s.io/gateway-api"


def wanted(stack: StackConfig) -> bool:
    """Whether the stack turns the Gateway API on."""
    return stack.gateway_controller is not None or enabled(stack.cilium.values, "gatewayAPI", default=False)


def install(lab: str, stack: StackConfig, control_plane: Host) -> None:
    """Create the CRDs in a running control plane, once per boot. Raises LabError if the API refuses them."""
    built_with = toolset(stack.cilium.version).version_of(_MODULE)
    mark, life = lab_dir(lab) / "gateway-api", f"{built_with} {control_plane.life}"
    if mark.exists() and mark.read_text() == life:
        return
    # Only this channel has TLSRoute.
    crds = module_dir(toolset(stack.cilium.version), _MODULE) / "config" / "crd" / "experimental"
    files = sorted(crds.glob("gateway.networking.k8s.io_*.yaml"))
    if not files:
        raise LabError(f"the Gateway API {built_with} has no CRDs at {crds}")
    command = [
        "kubectl",
        f"--kubeconfig={kubeconfig(lab)}",
        "apply",
        "--server-side",
        "--force-conflicts",
        *(f"--filename={file}" for file in files),
    ]
    Host(lab, MANAGEMENT).run(command, net_only=True)
    mark.write_text(life)
