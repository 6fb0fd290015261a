"""B34: A BGP community is invalid.

Why: The API server refuses the whole advertisement. A standard community is two numbers of 16 bits (`65001:100`).
An AS number of 32 bits needs a large community of three numbers. Well-known communities have names (`no-export`).
Seen: In the API server's error.
Since: 1.16
Source: Cilium pkg/k8s/apis/cilium.io/v2/bgp_advert_types.go; RFC 1997, RFC 8092

Bad: `communities: ["65001:70000"]`
Good: `communities: ["65001:100", "4200000001:1:2", no-export]`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.communities import WELL_KNOWN, kind_of
from rules.facts import Facts
from rules.finding import Finding, error
from rules.words import nearest


def check(facts: Facts) -> Iterator[Finding]:
    """Checks each community."""
    for path, _, entry in facts.advertisement_entries:
        for i, text in enumerate(entry.communities):
            if kind_of(text) is not None:
                continue
            advice = "two numbers up to 65535, three up to 4294967295, or a well-known name"
            if text.count(":") == 1 and text.replace(":", "").isdigit():
                advice = (
                    f"use a large community of three numbers, such as {text.split(':')[0]}:0:1 (a part is above 65535)"
                )
            yield error(f"{path}.communities[{i}]", "a BGP community", text, nearest(text, WELL_KNOWN, advice))
