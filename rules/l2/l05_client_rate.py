"""L5: A client rate below what the leases need.

Why: every agent renews the lease of every Service that it holds once per renew deadline. Under the
client's rate limit renewals come too late: the holder gives the address up, and takes it again once it is its turn.
Seen: only in the agent's log ("failed to renew lease"); with 8 Services at 2 requests a second one of five requests
was answered in the lab.
Since: 1.16
Source: Cilium L2 announcements documentation (sizing client rate limit)

Bad: 200 Services, a deadline of 5 s and the default rate of 10 a second
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
    """All Services may be on one node after failures."""
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
