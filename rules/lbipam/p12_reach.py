"""P12: A VIP that its announcer cannot bring to clients.

Why: an address inside the nodes' own subnet that only BGP announces is looked for by ARP on that link,
where nobody answers; one outside every subnet that only L2 announces is asked for by nobody.
Seen: nowhere; the Service has its address and does not answer from there.
Since: 1.16
Source: inferred; seen on the lab

Bad: BGP alone, with a pool 192.168.10.240/28 inside the nodes' 192.168.10.0/24
Good: BGP with a prefix of its own, L2 with one inside the link
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning
from rules.lbipam.pools import blocks
from rules.spans import of_prefix


def check(facts: Facts) -> Iterator[Finding]:
    """Only where there is exactly one kind of announcer."""
    bgp = any("LoadBalancerIP" in item.entry.addresses for item in facts.carried)
    l2 = any(policy.load_balancer_ips for policy in facts.stack.l2_policies)
    if bgp == l2:
        return
    links = [of_prefix(n, path, str(n)) for path, n in facts.networks() if path.startswith("nodes")]
    for span in blocks(facts, enabled_only=True):
        inside = next(
            (
                link
                for link in links
                if link.version == span.version and link.first <= span.first and span.last <= link.last
            ),
            None,
        )
        if bgp and inside is not None:
            yield warning(
                span.path,
                "addresses outside the nodes' links (only BGP announces them)",
                f"{span} inside {inside.what}",
                "take a prefix of its own, or add an L2 policy",
            )
        if l2 and inside is None:
            yield warning(
                span.path,
                "addresses inside a link of the nodes (only L2 announces them)",
                span,
                "take addresses of the nodes' link, or announce them by BGP",
            )
