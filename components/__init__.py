"""The ComponentResources of the edge, a folder for each feature, and helpers for several components.

`from components import RouterFRR` loads only that component, and `import components` does not even load Pulumi,
because commands that only render do not need it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "BgpControlPlane",
    "CiliumGateways",
    "CiliumIngress",
    "CiliumInstall",
    "EgressGatewayHA",
    "L2Announcements",
    "LbIpam",
    "RouterFRR",
]

_MODULES = {
    "BgpControlPlane": "bgp.bgp_control_plane",
    "CiliumGateways": "gateways.cilium_gateways",
    "CiliumIngress": "ingress.cilium_ingress",
    "CiliumInstall": "cilium.cilium_install",
    "EgressGatewayHA": "egress.egress_gateway_ha",
    "L2Announcements": "l2.l2_announcements",
    "LbIpam": "lb_ipam.lb_ipam",
    "RouterFRR": "router.router_frr",
}

if TYPE_CHECKING:
    from components.bgp.bgp_control_plane import BgpControlPlane
    from components.cilium.cilium_install import CiliumInstall
    from components.egress.egress_gateway_ha import EgressGatewayHA
    from components.gateways.cilium_gateways import CiliumGateways
    from components.ingress.cilium_ingress import CiliumIngress
    from components.l2.l2_announcements import L2Announcements
    from components.lb_ipam.lb_ipam import LbIpam
    from components.router.router_frr import RouterFRR
else:

    def __getattr__(name: str) -> Any:
        """The class of that name, imported on first use."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = found
        return found
