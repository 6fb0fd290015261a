"""P15: A pool contains an external IP of a Service.

Why: Other equipment routes the addresses in `externalIPs` to the nodes. LB-IPAM does not read `externalIPs`, and
can assign such an address to another Service. The two Services then share the address by chance.
Seen: Nowhere. One Service answers the requests for the other.
Since: 1.16
Source: Cilium operator/pkg/lbipam (externalIPs are not read)

Bad: `externalIPs: [172.16.1.10]`, and a pool of 172.16.1.0/24
Good: `requestedIPs: [172.16.1.10]`, or a pool without that address
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning
from rules.lbipam.pools import gives


def check(facts: Facts) -> Iterator[Finding]:
    """Compares with every enabled pool, regardless of the pool's serviceSelector."""
    for i, service in enumerate(facts.stack.services):
        for j, address in enumerate(service.external_ips):
            pool = next((pool for pool in facts.stack.pools if not pool.disabled and gives(pool, address)), None)
            if pool is not None:
                yield warning(
                    f"services[{i}].externalIPs[{j}]",
                    "an address outside all pools",
                    f"{address}, of {pool.name}",
                    "ask for it with requestedIPs, or take it out of the pool",
                )
