"""L5: The client rate limit is too low for the lease renewals.

Why: Every agent renews the lease of every Service that it holds once per renew deadline. The client rate limit
delays the renewals. The holder then loses the lease, and takes the lease again at its next attempt.
Seen: Only in the agent's log ("failed to renew lease"). On the lab, with 8 Services at 2 requests a second, one of
five requests was answered.
Since: 1.16
Source: Cilium L2 announcements documentation (sizing client rate limit)

Bad: 200 Services, a renew deadline of 5 s and the default rate of 10 requests a second
Good: `values: { k8sClientRateLimit: { qps: 50, burst: 100 } }`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from effective.leases import lease_times
from rules.facts import Facts
from rules.finding import Finding, warning

# The agent's own default is 10 from 1.16 on.
_QPS = 10.0


def check(facts: Facts) -> Iterator[Finding]:
    """Assumes that one node holds all Services, which is possible after failures."""
    if not facts.stack.l2_policies:
        return
    _, deadline, _ = lease_times(facts.helm)
    if deadline <= 0:
        return
    services = len(facts.addressed)
    need = services / deadline
    text = str(facts.helm("k8sClientRateLimit.qps") or "")
    have = float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else _QPS
    if need > have:
        yield warning(
            "cilium.values.k8sClientRateLimit.qps",
            f"at least {need:.0f} a second ({services} Services, renewed every {deadline:g} s)",
            f"{have:g}",
            f"set qps: {need * 1.5:.0f} and burst: {need * 3:.0f}",
        )
