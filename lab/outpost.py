"""An outpost of the lab: a host outside the cluster whose server returns the source address of each request."""

from __future__ import annotations

from config.outpost import Outpost
from lab.host import Host


def start(host: Host, outpost: Outpost) -> None:
    """Start the outpost's server."""
    allowed = ",".join(map(str, outpost.allowed))
    host.spawn("outpost", ["noderunner", "outpost", f"--port={outpost.port}", f"--allowed={allowed}"])
