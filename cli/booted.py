"""Removes resources from the state that lab hosts lost in a reboot."""

from __future__ import annotations

import json
from pathlib import Path

from cli import screen
from cli.context import StackContext


def forget_former_lives(context: StackContext, boots: dict[str, str], clock: screen.Clock) -> None:
    """Compare each host's boot with the boot in the record, and forget resources of older boots.

    The objects of the API are on the control plane's host.
    """
    from lab.topology import topology

    file = context.engine.path.with_suffix(".boots")
    before, hosts = _read(file), topology(context.stack).hosts
    now = {host.name: (boots[host.name], host.management_address) for host in hosts}
    # Without a record every host counts as rebooted: creating an existing resource changes nothing.
    again = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if again:
        addresses = {lives[name][1] for lives in (before, now) for name in again if name in lives}
        cluster = any(host.role == "control-plane" and host.name in again for host in hosts)

        def gone(kind: str, host: str | None) -> bool:
            if kind.startswith("command:remote:"):
                return host is None or host in addresses
            return cluster

        if count := context.engine.forget(gone):
            clock.say(f"booted or gone since the last up: {', '.join(again)}; {count} resources will be created again")
    if before != now:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = file.with_suffix(".boots.part")
        part.write_text(json.dumps(now))
        part.replace(file)


def _read(file: Path) -> dict[str, tuple[str, str]]:
    """Host name -> boot ID and management address."""
    try:
        return {name: (life, address) for name, (life, address) in json.loads(file.read_text()).items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        # A damaged file is as good as none.
        return {}
