"""R11: Raw lines of frr.conf are not checked.

Why: The program passes `raw` to FRR as it is. No rule reads the lines, and `edge verify` does not check them. A
line that a field of the stack also sets appears twice.
Seen: Nowhere. FRR itself refuses a line that it does not know.
Since: 1.16
Source: this project

Bad: `raw: ["neighbor 10.0.0.1 passive"]`
Good: `passive: true` on the neighbor, or a waiver of R11 that says why the line is needed
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning

# First words of a line -> the equivalent field.
_FIELDS = {
    "passive": "passive",
    "bfd": "bfd",
    "next-hop-self": "nextHopSelf",
    "default-originate": "defaultOriginate",
    "route-reflector-client": "routeReflectorClient",
    "allowas-in": "allowasIn",
    "as-override": "asOverride",
    "update-source": "updateSource",
    "local-as": "localAs",
    "ttl-security": "ttlSecurityHops",
    "timers": "timers",
    "ebgp-multihop": "ebgpMultihop",
    "maximum-prefix": "maximumPrefix",
    "maximum-paths": "maximumPaths",
    "aggregate-address": "aggregateAddresses",
    "redistribute": "redistribute",
    "network": "networks",
    "soft-reconfiguration": "softReconfigurationInbound",
    "route-map": "routeMaps",
    "prefix-list": "prefixLists",
}


def check(facts: Facts) -> Iterator[Finding]:
    """Reports each `raw` with such lines once, with the first equivalent field."""
    for i, router in enumerate(facts.stack.routers):
        for path, lines in ((f"routers[{i}].raw", router.raw), (f"routers[{i}].bgp.raw", router.bgp.raw)):
            if lines:
                said = next((field for line in lines if (field := _field(line))), None)
                fix = (
                    f"use the field {said}, which is checked"
                    if said
                    else "waive R11 here, with the reason for the line"
                )
                yield warning(path, "fields of the stack, which are checked", f"{len(lines)} unchecked line(s)", fix)


def _field(line: str) -> str | None:
    words = line.split()
    # `neighbor NAME WORD ...`, `no neighbor NAME WORD ...`, `ip prefix-list ...`
    return next((_FIELDS[word] for word in words[:4] if word in _FIELDS), None)
