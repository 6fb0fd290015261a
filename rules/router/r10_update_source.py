"""R10: updateSource is not an address or an interface of the router.

Why: bgpd binds its outgoing connections to updateSource. When no interface has the address, the router cannot
connect to the neighbor. The session waits until the neighbor connects.
Seen: Only in the router's log (bgp_update_source bind failed).
Since: 1.16
Source: FRR BGP documentation (neighbor update-source)

Bad: `updateSource: 192.168.99.1` on a router without that address
Good: `updateSource: 192.168.10.200`, the address of the router's eth1
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from config.router import Router
from rules.facts import Facts
from rules.finding import Finding, warning
from rules.words import nearest


def check(facts: Facts) -> Iterator[Finding]:
    """Checks addresses and interface names. `lo` exists without a declaration."""
    for i, router in enumerate(facts.stack.routers):
        addresses = {interface.address.ip for interface in router.interfaces}
        names = ["lo", *(interface.name for interface in router.interfaces)]
        for where, source in _said(router):
            if source is None or source in addresses or source in names:
                continue
            fix = f"one of {', '.join(map(str, sorted(addresses, key=str)))}, or declare the interface"
            yield warning(
                f"routers[{i}].bgp.{where}.updateSource",
                "an address or an interface of the router",
                source,
                nearest(source, names, fix) if isinstance(source, str) else fix,
            )


def _said(router: Router) -> Iterator[tuple[str, IPv4Address | IPv6Address | str | None]]:
    bgp = router.bgp
    yield from ((f"peerGroups[{j}]", group.update_source) for j, group in enumerate(bgp.peer_groups))
    yield from ((f"neighbors[{j}]", neighbor.update_source) for j, neighbor in enumerate(bgp.neighbors))
