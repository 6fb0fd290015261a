"""API objects that differ from the stack's declaration: the difference, its writer, and missing objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.stack import StackConfig
from effective.objects import bgp
from effective.objects.form import Manifest
from effective.objects.l2 import l2_policy
from probes.authors import written_by
from probes.observations import Json, Observations
from probes.verdict import Verdict, judged

CHECK = "declared"
# Kind -> key of its objects in the observations.
_KEYS = {"CiliumBGPAdvertisement": "advertisements"}


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """Red for each object that differs or is missing; no verdict for kinds that could not be listed. Pure."""
    for wanted in declared(stack):
        kind, name = str(wanted["kind"]), str(wanted["metadata"]["name"])
        listed = observations.objects.get(_KEYS.get(kind, kind))
        if listed is None:
            continue
        found = next((one for one in listed if one["metadata"]["name"] == name), None)
        if found is None:
            cause = f"{kind} {name} is not in the API: edge up --refresh makes it"
            yield judged(CHECK, f"{kind} {name}", False, "as declared", "no such object", "API", cause)
            continue
        different = list(_differences(wanted, found)) if "spec" in found else []
        if different:
            path, expected, got = different[0]
            cause = f"{path} of {kind} {name} was changed{written_by(found, path)}; edge up --refresh puts it back"
            more = f" and {len(different) - 1} more" if len(different) > 1 else ""
            yield judged(CHECK, f"{kind} {name}", False, f"{path}: {expected}", f"{got}{more}", "API", cause)

    yield from _overrides(stack, observations)


def _overrides(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """Red for each override that is not of the stack: it takes precedence over the cluster config."""
    if stack.bgp is None:
        return
    known = {one.node for one in stack.bgp.node_overrides} | {one.metadata.name for one in stack.manifests}
    nodes = {node.name for node in stack.nodes}
    for one in observations.objects.get("CiliumBGPNodeConfigOverride", []):
        name = one["metadata"]["name"]
        if name in nodes - known:
            who = written_by(one, "spec.bgpInstances")
            cause = (
                f"CiliumBGPNodeConfigOverride {name} is not of the stack, but takes precedence: it was"
                f" written{who}; kubectl delete ciliumbgpnodeconfigoverride {name}"
            )
            yield judged(CHECK, f"CiliumBGPNodeConfigOverride {name}", False, "none", "one", "API", cause)


def declared(stack: StackConfig) -> Iterator[Manifest]:
    """The declared objects that affect sessions, routes and addresses."""
    if stack.bgp is not None:
        yield from (bgp.advertisement_set(item, stack.cilium) for item in stack.bgp.advertisements)
        yield from (bgp.peer_config(item, stack.cilium) for item in stack.bgp.peer_configs)
        yield from (bgp.node_override(item, stack.cilium) for item in stack.bgp.node_overrides)
        yield from (bgp.cluster_config(item, stack.cilium) for item in stack.bgp.cluster_configs)
    yield from (bgp.pool(item, stack.cilium) for item in stack.pools)
    yield from (l2_policy(item) for item in stack.l2_policies)


def _differences(wanted: Manifest, found: Json) -> Iterator[tuple[str, Any, Any]]:
    labels = wanted["metadata"].get("labels") or {}
    yield from _different("metadata.labels", labels, found["metadata"].get("labels") or {})
    yield from _different("spec", wanted["spec"], found.get("spec") or {})
    # A pool that was disabled by hand has the undeclared field `disabled`.
    if wanted["kind"].endswith("Pool") and found.get("spec", {}).get("disabled") and "disabled" not in wanted["spec"]:
        yield "spec.disabled", "false", "true"


def _different(path: str, wanted: Any, found: Any) -> Iterator[tuple[str, Any, Any]]:
    """The leaves that differ. Undeclared fields are ignored: the API adds defaults."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key, value in wanted.items():
            yield from _different(f"{path}.{key}", value, found.get(key))
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for i, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _different(f"{path}[{i}]", one, other)
    elif wanted != found and not (found is None and wanted in ({}, [], None)):
        yield path, _text(wanted), _text(found)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(one)}" for key, one in value.items())
    if isinstance(value, list):
        return f"[{'; '.join(map(_text, value))}]"
    return "nothing" if value is None else str(value)
