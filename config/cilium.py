"""The Cilium installation: version, edition, routing, and the user's own Helm values."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from config.base import Model
from config.net import InterfaceName, Prefix

Version = Annotated[str, Field(pattern=r"^1\.(16|17|18|19|20)\.[0-9]{1,3}$")]


class Cilium(Model):
    """What CiliumInstall makes Helm values from.

    `values` are the user's own Helm values; one that contradicts what a declared feature needs is
    refused by name, everything else wins over our defaults. `readyTimeout` (seconds) is how long
    an apply waits for the CRDs and for an agent on every node.
    """

    version: Version = "1.18.0"
    edition: Literal["oss", "enterprise"] = "oss"
    namespace: str = "kube-system"
    chart: str | None = None
    repository: str | None = None
    routing_mode: Literal["native", "tunnel"] = "native"
    native_routing_cidr: Prefix | None = None
    auto_direct_node_routes: bool = False
    endpoint_routes: bool = False
    kube_proxy_replacement: bool = True
    ipam: Literal["kubernetes", "cluster-pool", "multi-pool"] = "kubernetes"
    devices: tuple[InterfaceName, ...] = ()
    bgp_status_report: bool = True
    ready_timeout: Annotated[int, Field(ge=5, le=3600)] = 300
    values: dict[str, Any] = {}

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor version, for comparisons: `(1, 18)`."""
        major, minor, _ = re.split(r"\.", self.version, maxsplit=2)
        return int(major), int(minor)

    @property
    def edge_api_version(self) -> str:
        """Of the BGP kinds and of pools: v2alpha1 up to 1.17, v2 from 1.18 (Cilium's upgrade notes)."""
        return "cilium.io/v2" if self.release >= (1, 18) else "cilium.io/v2alpha1"
