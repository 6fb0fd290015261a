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
from fnmatch import fnmatchcase

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """A `+` at the end of a device matches any suffix. Without `devices`, the agent detects its devices."""
    value = facts.helm("devices")
    devices = value if isinstance(value, (list, tuple)) else str(value or "").strip("{}").replace(" ", ",").split(",")
    patterns = [str(d).replace("+", "*") for d in devices if d]
    if not patterns:
        return
    for gateway in facts.gateways:
        names = (
            {gateway.entry.interface}
            if gateway.entry.interface
            else {i.name for node in gateway.nodes for i in node.interfaces if i.address.ip == gateway.entry.egress_ip}
        )
        for name in sorted(filter(None, names)):
            if not any(fnmatchcase(name, pattern) for pattern in patterns):
                yield warning(
                    gateway.path,
                    f"an interface among devices ({', '.join(map(str, devices))})",
                    name,
                    f"add {name} to cilium.devices",
                )
