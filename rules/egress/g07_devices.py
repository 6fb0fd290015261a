"""G7: A gateway interface is not one of the agent's devices.

Why: The agent attaches its NAT programs to its devices only. The agent does not translate traffic that leaves by
another interface.
Seen: Nowhere. Packets leave with the pod's address.
Since: 1.16
Source: Cilium egress gateway documentation

Bad: `devices: [eth1]` with `interface: net0`
Good: `devices: [eth1, net0]`, or patterns such as `values: { devices: "eth+,net+" }`
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.devices import named, names
from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """A `+` at the end of a device matches any suffix. Without `devices`, the agent detects its devices."""
    devices = named(facts.helm)
    if not devices:
        return
    for gateway in facts.gateways:
        used = (
            {gateway.entry.interface}
            if gateway.entry.interface
            else {i.name for node in gateway.nodes for i in node.interfaces if i.address.ip == gateway.entry.egress_ip}
        )
        for name in sorted(filter(None, used)):
            if not names(devices, name):
                yield warning(
                    gateway.path,
                    f"an interface among devices ({', '.join(devices)})",
                    name,
                    f"add {name} to cilium.devices",
                )
