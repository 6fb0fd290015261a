"""The Cilium installation: version, edition, routing, and the user's own Helm values."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from config.base import Model
from config.net import InterfaceName, LabelName, Prefix
from config.text import Chart, Url

_VERSION = r"^1\.(16|17|18|19|20)\.[0-9]{1,3}(-(rc|pre)\.[0-9]{1,2})?$"
Version = Annotated[str, Field(pattern=_VERSION)]
PATTERNS = {_VERSION: "a release of Cilium 1.16 to 1.20 with its patch number, such as 1.18.3 or 1.20.0-rc.1"}

# Fields that are Helm values too: the Helm key of each. A stack with only the Helm value sets the field by that value.
_BY_VALUE = {
    "routingMode": "routingMode",
    "nativeRoutingCIDR": "ipv4NativeRoutingCIDR",
    "ipam": "ipam.mode",
    "autoDirectNodeRoutes": "autoDirectNodeRoutes",
    "endpointRoutes": "endpointRoutes.enabled",
    "kubeProxyReplacement": "kubeProxyReplacement",
}


Ipam = Literal["kubernetes", "cluster-pool", "multi-pool", "eni", "azure", "alibabacloud", "crd", "delegated-plugin"]
# IPAM modes that use a cloud's API need another operator image. The chart has a switch of each name.
CLOUDS = ("eni", "azure", "alibabacloud")
# IPAM modes that give each node a PodCIDR; `cluster-pool-v2beta` is a value of older charts.
WITH_POD_CIDR = ("kubernetes", "cluster-pool", "cluster-pool-v2beta")


class Cilium(Model):
    """The Cilium installation, from which CiliumInstall makes Helm values.

    `values` are the user's own Helm values. A value that contradicts a declared feature is refused by name. Every
    other value overrides the project's defaults. Undeclared settings have Cilium's defaults: routing through a tunnel
    unless a native prefix or direct node routes are set, and IPAM `cluster-pool` unless nodes have a podCIDR (then
    `kubernetes`). The one exception is kube-proxy replacement, which is on, because the features of the edge need it.
    `readyTimeout` (seconds) limits how long an apply waits for the CRDs and for an agent on every node.
    """

    version: Version = "1.18.0"
    """The release of Cilium."""
    edition: Literal["oss", "enterprise"] = "oss"
    """The open-source build, or Isovalent's enterprise build."""
    namespace: LabelName = "kube-system"
    """The namespace of the agents and the operator."""
    chart: Chart | None = None
    """The Helm chart: a directory, a name, or an OCI address; unset: `cilium`."""
    repository: Url | None = None
    """The repository of the chart; unset: Cilium's own."""
    routing_mode: Literal["native", "tunnel"] = "tunnel"
    """Helm `routingMode`; the default is native if a native prefix or direct node routes are set."""
    native_routing_cidr: Prefix | None = None
    """Helm `ipv4NativeRoutingCIDR`: traffic to this prefix is not masqueraded."""
    auto_direct_node_routes: bool = False
    """Helm `autoDirectNodeRoutes`: nodes on the same link have routes to each other's pods."""
    endpoint_routes: bool = False
    """Helm `endpointRoutes.enabled`: the node has a route for each pod."""
    kube_proxy_replacement: bool = True
    """Helm `kubeProxyReplacement`: Cilium load-balances Services instead of kube-proxy."""
    ipam: Ipam = "cluster-pool"
    """Helm `ipam.mode`; the default is kubernetes if nodes have a `podCIDR`."""
    devices: tuple[InterfaceName, ...] = ()
    """Helm `devices`: the interfaces that the agent uses; none: the agent detects the interfaces."""
    bgp_status_report: bool = True
    """Helm `bgpControlPlane.statusReport.enabled`."""
    ready_timeout: Annotated[int, Field(ge=5, le=3600)] = 300
    """The maximum seconds that an apply waits for the CRDs and for an agent on every node."""
    values: dict[str, Any] = {}
    """Further Helm values, which override the project's defaults."""

    @model_validator(mode="before")
    @classmethod
    def _as_the_values_say(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        found = {
            field: value
            for field, key in _BY_VALUE.items()
            if field not in data and (value := _at(data.get("values"), key)) is not None
        }
        usable = {field: _plain(value) for field, value in found.items() if _fits(field, _plain(value))}
        data = {**data, **usable}
        native = "nativeRoutingCIDR" in data or data.get("autoDirectNodeRoutes") is True
        return data if "routingMode" in data or not native else {**data, "routingMode": "native"}

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor version, for comparisons: `(1, 18)`."""
        major, minor, _ = self.version.split(".", maxsplit=2)
        return int(major), int(minor)

    @property
    def exact(self) -> tuple[int, int, int]:
        """The whole version: `(1, 18, 3)`."""
        return *self.release, int(self.version.partition("-")[0].rpartition(".")[2])

    @property
    def edge_api_version(self) -> str:
        """The apiVersion of the BGP kinds and of pools: v2alpha1 up to 1.17, v2 from 1.18 (Cilium's upgrade notes)."""
        return "cilium.io/v2" if self.release >= (1, 18) else "cilium.io/v2alpha1"


def _at(values: Any, key: str) -> Any:
    for part in key.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values


def _plain(value: Any) -> Any:
    """The value; the texts `true` and `false`, which the chart accepts as switches, become booleans."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _fits(field: str, value: Any) -> bool:
    """Whether the field accepts the value. Rules report other values."""
    match field:
        case "routingMode":
            return value in ("native", "tunnel")
        case "ipam":
            return value in get_args(Ipam)
        case "nativeRoutingCIDR":
            return isinstance(value, str) and bool(re.fullmatch(r"[0-9.]+/[0-9]+", value))
        case _:
            return isinstance(value, bool)
