"""Overrides for single nodes (CiliumBGPNodeConfigOverride): whether they are in force."""

from __future__ import annotations

from collections.abc import Iterator

from config.stack import StackConfig
from effective.peerings.declared import DeclaredSession
from probes.observations import Observations
from probes.verdict import Verdict, judged

CHECK = "bgp-override"


def judge(stack: StackConfig, declared: list[DeclaredSession], observations: Observations) -> Iterator[Verdict]:
    """Each override must have an instance on its node, and routers must see its router ID. Pure."""
    for item in stack.bgp.node_overrides if stack.bgp else ():
        for one in item.instances:
            subject = f"{item.node} {one.name}"
            mine = [s for s in declared if s.node.name == item.node and s.instance.name == one.name]
            if not mine:
                there = sorted({s.instance.name for s in declared if s.node.name == item.node})
                yield judged(
                    CHECK,
                    subject,
                    False,
                    "in force",
                    "not in force",
                    item.node,
                    f"the node has no instance {one.name} (it has: {', '.join(there) or 'none'})",
                )
            elif one.router_id is not None:
                yield from _router_id(subject, str(one.router_id), mine, observations)


def _router_id(
    subject: str, wanted: str, sessions: list[DeclaredSession], observations: Observations
) -> Iterator[Verdict]:
    for session in sessions:
        answer = observations.routers.get(session.far.router.name) if session.far else None
        neighbor = (answer or {}).get("neighbors", {}).get(str(session.source)) or {}
        # A session that is down has its own verdict.
        if neighbor.get("bgpState") == "Established":
            shown = str(neighbor.get("remoteRouterId"))
            yield judged(
                CHECK,
                subject,
                shown == wanted,
                f"router id {wanted}",
                shown,
                str(session),
                "the session is older than the override: it gets the new router ID when it starts again",
            )
