"""BGP sessions from the agent's shell, as of Cilium 1.20, which deprecates `cilium-dbg bgp peers`.

Source: pkg/bgp/commands/peer.go and pkg/bgp/types/bgp.go of Cilium 1.20; cilium/cilium #45762.
"""

from __future__ import annotations

import json

from probes.observations import Json

_NANOSECONDS = 1_000_000_000


def read(text: str) -> list[Json]:
    """The peers of every instance, in the format of `cilium-dbg bgp peers`: seconds instead of nanoseconds."""
    return [_peer(peer) for instance in json.loads(text or "null") or [] for peer in instance.get("peers") or []]


def _peer(peer: Json) -> Json:
    timers = peer.get("timers") or {}
    return {
        **peer,
        "applied-hold-time-seconds": timers.get("applied-hold-nanoseconds", 0) // _NANOSECONDS,
        "applied-keep-alive-time-seconds": timers.get("applied-keep-alive-nanoseconds", 0) // _NANOSECONDS,
    }
