"""L5: The client rate limit is too low for the lease renewals.

Why: Every agent renews the lease of every Service that it holds once per retry period, and reads the other leases a
little less often. The client rate limit delays the renewals. The holder then loses the lease, and takes the lease
again at its next attempt. Cilium's documentation counts one renewal per renew deadline, which is too few.
Seen: Only in the agent's log ("failed to renew lease"). On the lab, with 8 Services at 2 requests a second, one of
five requests was answered.
Since: 1.16
Source: client-go tools/leaderelection (renew); Cilium pkg/l2announcer, pkg/defaults

Bad: 60 Services, a retry period of 2 s and the default rate of 10 requests a second
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
    _, _, retry = lease_times(facts.helm)
    if retry <= 0:
        return
    services = len(facts.addressed)
    need = services / retry
    text = str(facts.helm("k8sClientRateLimit.qps") or "")
    have = float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else _QPS
    if need > have:
        yield warning(
            "cilium.values.k8sClientRateLimit.qps",
            f"at least {need:.0f} a second ({services} Services, renewed every {retry:g} s)",
            f"{have:g}",
            f"set qps: {need * 1.5:.0f} and burst: {need * 3:.0f}",
        )
