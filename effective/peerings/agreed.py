"""The values that both ends of a BGP session negotiate."""

from __future__ import annotations

from effective.peerings.declared import DeclaredSession


def timers(session: DeclaredSession) -> tuple[int, int]:
    """Hold time (the smaller offer) and keepalive interval (at most a third of it, RFC 4271), in seconds."""
    # Cilium's own defaults, if the stack declares no peer config.
    config, far = session.peer_config, session.far
    hold, keepalive = (config.timers.hold, config.timers.keepalive) if config else (90, 30)
    agreed = min(hold, far.timers[0]) if far else hold
    return agreed, min(keepalive, agreed // 3)
