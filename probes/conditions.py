"""Conditions of Cilium's objects that report a fault."""

from __future__ import annotations

from collections.abc import Iterator

from config.objects import typed
from config.policy import NetworkPolicy
from config.stack import StackConfig
from probes.observations import Json, Observations
from probes.verdict import Verdict, judged, unknown

# Kind -> conditions that mean a fault when True (Cilium's API, bgp_*_types.go; operator/pkg/lbipam).
_FAULTS = {
    "CiliumBGPClusterConfig": ("NoMatchingNode", "MissingPeerConfigs", "ConflictingClusterConfig"),
    "CiliumBGPPeerConfig": ("MissingAuthSecret",),
    "CiliumBGPNodeConfig": ("BGPReconcileError",),
    "CiliumLoadBalancerIPPool": ("PoolConflict",),
}
# Kinds of policies that apply to an Ingress.
POLICY_KINDS = ("CiliumClusterwideNetworkPolicy", "CiliumNetworkPolicy")


def kinds(stack: StackConfig) -> dict[str, str]:
    """The kinds to query -> their apiVersion."""
    asked = [kind for kind in _FAULTS if kind.startswith("CiliumBGP")] if stack.bgp is not None else []
    asked += ["CiliumLoadBalancerIPPool"] if stack.pools else []
    return dict.fromkeys(asked, stack.cilium.edge_api_version)


def refusal(policy: Json) -> str | None:
    """Why the agents refuse a policy, which then neither admits nor locks; None if they accept it."""
    found = (policy.get("status") or {}).get("conditions") or []
    refused = [c for c in found if (c["type"], c["status"]) == ("Valid", "False")]
    return (refused[0].get("message") or "no reason given") if refused else None


def policies_in_force(observations: Observations) -> Iterator[tuple[str, Json, NetworkPolicy | None]]:
    """Kind, object and model of each policy that the agents accept; the model is None if it cannot be parsed."""
    for kind in POLICY_KINDS:
        for item in observations.objects.get(kind, []):
            if refusal(item) is None:
                read = typed(kind, {**item, "kind": kind})
                yield kind, item, None if read is None else read[1]


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """Red for each fault that an object reports, and one verdict for all other objects. Pure."""
    well = []
    declared = {(policy.namespace or "", policy.name) for _, policy in stack.guards()}
    for item in (item for kind in POLICY_KINDS for item in observations.objects.get(kind, [])):
        name, why = item["metadata"]["name"], refusal(item)
        if why is not None and (item["metadata"].get("namespace") or "", name) in declared:
            yield judged(
                "object",
                name,
                False,
                "no fault reported",
                "not valid",
                "API",
                f"the agents refuse policy {name}, so that it neither admits nor locks: {why}",
            )
    for kind in kinds(stack):
        if kind not in observations.objects:
            yield unknown("object", kind, "no fault reported", "API", observations.errors.get(kind, "not asked"))
            continue
        for item in observations.objects[kind]:
            name = item["metadata"]["name"]
            conditions = (item.get("status") or {}).get("conditions") or []
            faults = [
                c for c in conditions if c["status"] == "True" and c["type"].removeprefix("cilium.io/") in _FAULTS[kind]
            ]
            for fault in faults:
                what = fault["type"].removeprefix("cilium.io/")
                yield judged(
                    "object",
                    name,
                    False,
                    "no fault reported",
                    what,
                    f"API, {kind}",
                    f"{kind} {name}: {fault.get('message') or what}",
                )
            well += [] if faults else [name]
    if well:
        yield judged("object", "all others", True, "no fault reported", f"{len(well)} objects", "API")
