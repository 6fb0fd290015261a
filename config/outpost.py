"""Outposts: hosts outside the cluster that egress traffic is meant for."""

from __future__ import annotations

from config.base import Model
from config.net import MAC, Address, InterfaceAddress, LabelName, Port


class Outpost(Model):
    """A host that answers HTTP and says whose address it saw; it admits `allowed` alone (none: everybody).

    A lab starts one. Of any other cluster it is somebody else's, and the probes only ask it.
    """

    name: LabelName
    """The outpost's name, and its host's."""
    address: InterfaceAddress
    """Its address with the prefix length of the link."""
    mac: MAC | None = None
    """Its MAC address."""
    port: Port = 8000
    """The TCP port of its HTTP server."""
    allowed: tuple[Address, ...] = ()
    """The source addresses that are admitted; none: every one."""

    @property
    def url(self) -> str:
        """Where it answers."""
        host = f"[{self.address.ip}]" if self.address.version == 6 else str(self.address.ip)
        return f"http://{host}:{self.port}/"
