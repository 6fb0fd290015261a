"""P4: No matching pool can assign a requested address.

Why: The requested address is outside every pool, in a pool whose selector does not match the Service, or the
reserved first or last address of a block. The Service stays `<pending>`.
Seen: In the condition `cilium.io/IPAMRequestSatisfied`.
Since: 1.16
Source: Cilium operator/pkg/lbipam

Bad: `requestedIPs: [172.16.2.7]` with the pool 172.16.1.0/24
Good: `requestedIPs: [172.16.1.7]`
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_address

from rules.facts import Facts
from rules.finding import Finding, error
from rules.lbipam.pools import SHARING, annotation, gives, matching, requested


def check(facts: Facts) -> Iterator[Finding]:
    """Also reports two Services that request the same address without a sharing key."""
    askers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path, service in facts.addressed:
        pools = matching(facts, service)
        for text in requested(service):
            older = str(service.load_balancer_ip) == text
            field = "loadBalancerIP" if older else "requestedIPs" if service.requested_ips else "annotations"
            where = facts.place(path, field)
            try:
                address = ip_address(text)
            except ValueError:
                yield error(where, "an IP address", text, "correct the annotation")
                continue
            if not any(gives(pool, address) for pool in pools):
                yield error(
                    where,
                    "an address that a matching pool gives out",
                    text,
                    f"take one of {', '.join(p.name for p in pools) or 'a pool'}, or add it to a pool",
                )
            askers[str(address)].append((where, annotation(service, SHARING) or f"{path} alone"))
    for text, entries in askers.items():
        if len({key for _, key in entries}) > 1:
            yield error(
                entries[1][0],
                "an address of its own, or one sharing key for both",
                f"{text}, which {entries[0][0]} asks for too",
                "give both Services the annotation lbipam.cilium.io/sharing-key",
            )
