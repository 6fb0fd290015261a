"""G12: The destinations contain the cluster's own addresses.

Why: Traffic to the API server, to addresses on the nodes' links or to LB addresses goes through the gateway like
any other traffic. Recent versions look up pods and nodes first, and do not send their traffic through the gateway.
The rule accepts a prefix that is only part of a link, such as one host beside the nodes.
Seen: Nowhere.
Since: 1.16
Source: cilium/cilium #38221; Cilium bpf/lib/egress_gateway.h

Bad: `destinationCIDRs: [0.0.0.0/0]`
Good: the same with `excludedCIDRs` that contain the nodes' network
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning
from rules.lbipam.pools import blocks
from rules.spans import Span, of_prefix


def check(facts: Facts) -> Iterator[Finding]:
    """Compares with the nodes' links, the API server, and the pools, as a whole or in part."""
    api = facts.stack.cluster.api_server
    own = [Span(api.version, int(api), int(api), "", f"the API server {api}")]
    links = [of_prefix(n, path, f"the nodes' link {n}") for path, n in facts.networks() if path.startswith("nodes")]
    own += links
    own += blocks(facts, enabled_only=True)
    for i, policy in enumerate(facts.stack.egress_policies):
        spared = [of_prefix(cidr, "", "") for cidr in policy.excluded_cidrs]
        for j, cidr in enumerate(policy.destination_cidrs):
            wanted = of_prefix(cidr, "", "")
            met = [s for s in own if _meet(wanted, s) and not (s in links and _part(wanted, s))]
            caught = [s.what for s in met if not any(_holds(e, _common(wanted, s)) for e in spared)]
            if caught:
                yield warning(
                    f"egressPolicies[{i}].destinationCIDRs[{j}]",
                    "destinations outside the cluster",
                    f"{cidr}, which meets {', '.join(caught[:3])}",
                    "add them to excludedCIDRs",
                )


def _meet(one: Span, two: Span) -> bool:
    return one.version == two.version and one.first <= two.last and two.first <= one.last


def _part(one: Span, whole: Span) -> bool:
    return _holds(whole, one) and one.size < whole.size


def _common(one: Span, two: Span) -> Span:
    return Span(one.version, max(one.first, two.first), min(one.last, two.last), "", "")


def _holds(outer: Span, inner: Span) -> bool:
    return outer.version == inner.version and outer.first <= inner.first and inner.last <= outer.last
