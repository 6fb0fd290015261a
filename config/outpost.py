"""Outposts: hosts outside the cluster that receive egress traffic."""

from __future__ import annotations

from config.base import Model
from config.net import MAC, Address, InterfaceAddress, LabelName, Port


class Outpost(Model):
    """A host with an HTTP server that reports the source address of each request.

    The host admits only `allowed` (none: all addresses). In a lab and on a Docker engine, the stack makes the
    host. With an existing cluster, the host already exists, and the probes only send requests.
    """

    name: LabelName
    """The name of the outpost and of its host."""
    address: InterfaceAddress
    """The address, with the prefix length of the link."""
    mac: MAC | None = None
    """The MAC address."""
    port: Port = 8000
    """The TCP port of the HTTP server."""
    allowed: tuple[Address, ...] = ()
    """The admitted source addresses; none: all."""

    @property
    def url(self) -> str:
        """The URL of the HTTP server."""
        host = f"[{self.address.ip}]" if self.address.version == 6 else str(self.address.ip)
        return f"http://{host}:{self.port}/"
