"""What both ends of a BGP session agree on."""

from __future__ import annotations

from effective.peerings.declared import DeclaredSession


def timers(session: DeclaredSession) -> tuple[int, int]:
    """Hold time and keepalive in seconds: the smaller hold time offered, and at most a third of it (RFC 4271)."""
    # Cilium's own defaults, where nothing is declared.
    config, far = session.peer_config, session.far
    hold, keepalive = (config.timers.hold, config.timers.keepalive) if config else (90, 30)
    agreed = min(hold, far.timers[0]) if far else hold
    return agreed, min(keepalive, agreed // 3)
