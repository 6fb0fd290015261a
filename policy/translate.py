"""A program's resources as a stack for the rules. The program may be written in any style."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from config import shapes
from config.bgp import AuthSecret, Bgp
from config.cilium import Cilium
from config.ingress import IngressController
from config.manifest import Manifest
from config.objects import KINDS, as_model, typed
from config.stack import StackConfig
from policy.resources import KubernetesResource
from rules.part import NOWHERE


@dataclass(frozen=True)
class Place:
    """The place of a finding: the resource's URN, and a text for users."""

    urn: str | None
    text: str


@dataclass
class Translation:
    """The stack, and the resource of each part.

    `installed`: the program has a release of Cilium, and the values of the release are known. `unread`: URN, name and
    reason of each relevant resource that could not be read.
    """

    stack: StackConfig
    origins: dict[str, tuple[str, str]] = field(default_factory=dict)
    installed: bool = False
    unread: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def release(self) -> StackConfig:
        """A stack with only the release. Objects of a program do not enable features of the release."""
        return StackConfig(cluster=NOWHERE, nodes=(), cilium=self.stack.cilium)

    def place(self, path: str) -> Place:
        """The resource for a path of the stack."""
        match = re.match(r"^(?:[A-Za-z0-9]+\.)?[A-Za-z0-9]+\[\d+\]", path)
        head = match[0] if match else path.split(".")[0]
        if head not in self.origins:
            return Place(None, path)
        urn, name = self.origins[head]
        rest = path[len(head) :].lstrip(".")
        return Place(urn, f"{name} {rest}".strip())


def translate(resources: Iterable[KubernetesResource]) -> Translation:
    """The stack of the resources. Resources that cannot be read are left out, and listed in `unread`."""
    parts: dict[str, list[Any]] = {}
    origins: dict[str, tuple[str, str]] = {}
    unread: list[tuple[str, str, str]] = []
    cilium, controller, installed = Cilium(), None, False
    for resource in resources:
        document = resource.document
        kind = str(document.get("kind") or resource.type.rpartition(":")[2])
        is_release = kind == "Release" or resource.type.startswith("kubernetes:helm.sh/")
        found = shapes.release(document) if is_release else None
        title = f"{kind} {resource.name}"
        if not resource.known and (found is not None or (not is_release and kind in KINDS)):
            unread.append((resource.urn, title, "some of its values are unknown before `up`"))
        elif found is not None:
            made = as_model(Cilium, found)
            if made is None:
                unread.append((resource.urn, title, "the rules do not know the version or the values"))
                continue
            cilium, controller, installed = made, _controller(document), True
            origins["cilium"] = origins["ingressController"] = (resource.urn, f"Release {resource.name}")
        elif not is_release and not _put(parts, origins, kind, document, resource) and kind in KINDS:
            unread.append((resource.urn, title, "the rules do not know the shape of the object"))
    bgp = {key.removeprefix("bgp."): items for key, items in parts.items() if key.startswith("bgp.")}
    secrets = tuple(
        AuthSecret(name=c.auth_secret_ref, password_config="-")  # noqa: S106 - a name
        for c in bgp.get("peerConfigs", ())
        if c.auth_secret_ref
    )
    made_bgp = (
        Bgp(
            cluster_configs=tuple(bgp.get("clusterConfigs", ())),
            peer_configs=tuple(bgp.get("peerConfigs", ())),
            advertisements=tuple(bgp.get("advertisements", ())),
            node_overrides=tuple(bgp.get("nodeOverrides", ())),
            auth_secrets=secrets,
            return_routes="off",
        )
        if bgp
        else None
    )
    stack = StackConfig(
        cluster=NOWHERE,
        nodes=(),
        cilium=cilium,
        bgp=made_bgp,
        ingress_controller=controller,
        pools=tuple(parts.get("pools", ())),
        l2_policies=tuple(parts.get("l2Policies", ())),
        egress_policies=tuple(parts.get("egressPolicies", ())),
        ingresses=tuple(parts.get("ingresses", ())),
        network_policies=tuple(parts.get("networkPolicies", ())),
        services=tuple(parts.get("services", ())),
        manifests=tuple(parts.get("manifests", ())),
        gateways=tuple(parts.get("gateways", ())),
        http_routes=tuple(parts.get("httpRoutes", ())),
        grpc_routes=tuple(parts.get("grpcRoutes", ())),
        tls_routes=tuple(parts.get("tlsRoutes", ())),
    )
    return Translation(stack, origins, installed, unread)


def _put(
    parts: dict[str, list[Any]],
    origins: dict[str, tuple[str, str]],
    kind: str,
    document: Mapping[str, Any],
    resource: KubernetesResource,
) -> bool:
    """Adds the object to `parts`. Returns whether it has a model that the rules know."""
    name = f"{kind} {(document.get('metadata') or {}).get('name') or resource.name}"
    found: list[tuple[str, Any]] = []
    if "spec" in document and (manifest := as_model(Manifest, dict(document))) is not None:
        found.append(("manifests", manifest))
    if (part := typed(kind, document)) is not None:
        found.append(part)
    for where, made in found:
        entries = parts.setdefault(where, [])
        origins[f"{where}[{len(entries)}]"] = (resource.urn, name)
        entries.append(made)
    return part is not None


def _controller(document: Mapping[str, Any]) -> IngressController | None:
    given = document.get("values")
    values = given.get("ingressController") if isinstance(given, dict) else None
    if not isinstance(values, dict) or str(values.get("enabled")).lower() != "true":
        return None
    mode = {"mode": values.get("loadbalancerMode") or "dedicated"}
    made: IngressController | None = as_model(IngressController, mode)
    return made
