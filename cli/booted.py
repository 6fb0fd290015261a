"""What stood on a host of the lab that was booted again is gone: the state must not say otherwise."""

from __future__ import annotations

import json
from pathlib import Path

from cli import report
from cli.session import Session


def forget_former_lives(session: Session, boots: dict[str, str], clock: report.Clock) -> None:
    """Compare each host's boot with the one that the state was made on, and forget what is gone with an older one.

    The API's objects lived on the control plane's host.
    """
    from lab.topology import topology

    file = session.engine.path.with_suffix(".boots")
    before = _read(file)
    # Without a record nobody knows, and to make a thing again that is there changes nothing.
    again = {name for name, life in boots.items() if before.get(name) != life}
    if again:
        hosts = topology(session.stack).hosts
        addresses = {host.management_address for host in hosts if host.name in again}
        cluster = any(host.role == "control-plane" and host.name in again for host in hosts)

        def gone(kind: str, host: str | None) -> bool:
            if kind.startswith("command:remote:"):
                return host is None or host in addresses
            return cluster

        if count := session.engine.forget(gone):
            clock.say(f"{', '.join(sorted(again))} booted since the last up: {count} resources are made anew")
    if before != boots:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = file.with_suffix(".boots.part")
        part.write_text(json.dumps(boots))
        part.replace(file)


def _read(file: Path) -> dict[str, str]:
    try:
        return dict(json.loads(file.read_text()))
    except (FileNotFoundError, ValueError):
        return {}
