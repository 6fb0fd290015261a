"""What Cilium itself says of its objects: the conditions that tell of a fault."""

from __future__ import annotations

from collections.abc import Iterator

from config.stack import StackConfig
from probes.seen import Seen
from probes.verdict import Verdict, judged, unknown

# Kind -> the conditions that are a fault where they are True (Cilium's API, bgp_*_types.go; operator/pkg/lbipam).
_FAULTS = {
    "CiliumBGPClusterConfig": ("NoMatchingNode", "MissingPeerConfigs", "ConflictingClusterConfig"),
    "CiliumBGPPeerConfig": ("MissingAuthSecret",),
    "CiliumBGPNodeConfig": ("BGPReconcileError",),
    "CiliumLoadBalancerIPPool": ("PoolConflict",),
}


def kinds(stack: StackConfig) -> dict[str, str]:
    """The kinds to ask for -> their apiVersion."""
    asked = [kind for kind in _FAULTS if kind.startswith("CiliumBGP")] if stack.bgp is not None else []
    asked += ["CiliumLoadBalancerIPPool"] if stack.pools else []
    return dict.fromkeys(asked, stack.cilium.edge_api_version)


def judge(stack: StackConfig, seen: Seen) -> Iterator[Verdict]:
    """Red for each fault that an object tells of, one verdict for all the others. Pure."""
    well = []
    for kind in kinds(stack):
        if kind not in seen.objects:
            yield unknown("object", kind, "no fault reported", "API", seen.errors.get(kind, "not asked"))
            continue
        for item in seen.objects[kind]:
            name = item["metadata"]["name"]
            conditions = (item.get("status") or {}).get("conditions") or []
            faults = [c for c in conditions if c["status"] == "True"
                      and c["type"].removeprefix("cilium.io/") in _FAULTS[kind]]  # fmt: skip
            for fault in faults:
                what = fault["type"].removeprefix("cilium.io/")
                yield judged("object", name, False, "no fault reported", what, f"API, {kind}",
                             f"{kind} {name}: {fault.get('message') or what}")  # fmt: skip
            well += [] if faults else [name]
    if well:
        yield judged("object", "all others", True, "no fault reported", f"{len(well)} objects", "API")
