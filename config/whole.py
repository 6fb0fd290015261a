"""A stack with the objects from `manifests` in their sections, so that rules find every declared object."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from config.bgp import Bgp
from config.objects import typed
from config.stack import StackConfig

# Section of the file -> field of the models.
_FIELDS = {
    "pools": "pools",
    "l2Policies": "l2_policies",
    "egressPolicies": "egress_policies",
    "ingresses": "ingresses",
    "networkPolicies": "network_policies",
    "services": "services",
    "gateways": "gateways",
    "httpRoutes": "http_routes",
    "grpcRoutes": "grpc_routes",
    "tlsRoutes": "tls_routes",
}
_BGP_FIELDS = {
    "clusterConfigs": "cluster_configs",
    "peerConfigs": "peer_configs",
    "advertisements": "advertisements",
    "nodeOverrides": "node_overrides",
}


@dataclass
class Whole:
    """The stack, and the origin of each part from `manifests` (`pools[1]` -> `manifests[0]`)."""

    stack: StackConfig
    origins: dict[str, str] = field(default_factory=dict)

    def path(self, path: str) -> str:
        """The path in the user's file for a YAML path of the whole stack."""
        path = self.stack.written(path)
        match = re.match(r"^(?:bgp\.)?[A-Za-z0-9]+\[\d+\]", path)
        manifest = self.origins.get(match[0]) if match else None
        if match is None or manifest is None:
            return path
        # Keys of the models and of the API can differ. The rest of the path is kept only if it exists in the object.
        rest = path[match.end() :].lstrip(".")
        document = self.stack.manifests[int(manifest[len("manifests[") : -1])].document()
        for below in (f"spec.{rest}", f"metadata.{rest}", rest):
            if rest and _stands(document, below):
                return f"{manifest}.{below}"
        return manifest


def whole(stack: StackConfig) -> Whole:
    """The stack with its manifests as models. Kinds without a model and invalid objects are left out."""
    parts: dict[str, list[Any]] = {}
    origins: dict[str, str] = {}
    for i, manifest in enumerate(stack.manifests):
        found = typed(manifest.kind, manifest.document())
        if found is None:
            continue
        where, made = found
        if where == "services":
            made = made.model_copy(update={"managed": False})
        declared = _declared(stack, where)
        entries = parts.setdefault(where, [])
        origins[f"{where}[{len(declared) + len(entries)}]"] = f"manifests[{i}]"
        entries.append(made)
    if not parts:
        return Whole(stack)
    update: dict[str, Any] = {
        name: (*getattr(stack, name), *parts[where]) for where, name in _FIELDS.items() if where in parts
    }
    if any(where.startswith("bgp.") for where in parts):
        bgp = stack.bgp or Bgp(return_routes="off")
        update["bgp"] = bgp.model_copy(
            update={
                name: (*getattr(bgp, name), *parts[f"bgp.{where}"])
                for where, name in _BGP_FIELDS.items()
                if f"bgp.{where}" in parts
            }
        )
    return Whole(stack.model_copy(update=update), origins)


def _declared(stack: StackConfig, where: str) -> tuple[Any, ...]:
    section, _, name = where.rpartition(".")
    if section:
        return tuple(getattr(stack.bgp, _BGP_FIELDS[name])) if stack.bgp else ()
    return tuple(getattr(stack, _FIELDS[name]))


def _stands(document: Any, path: str) -> bool:
    """Whether a path exists in an object."""
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return False
    return True
