"""L4: The lease times contradict each other.

Why: The leader election requires leaseDuration > leaseRenewDeadline > 1.2 x leaseRetryPeriod. The agent corrects
other values by itself, and failover takes as long as the corrected values say. Short times have a price. The holder
of an address writes its Lease once per retry period: 0.5 times a second with the defaults, and 2.5 times with
`leaseRetryPeriod: 400ms`. On the lab the shorter period cut the time without an answer from 17 s to 2 s.
Seen: Only in the agent's log.
Since: 1.16
Source: Cilium pkg/l2announcer; client-go leader election

Bad: `values: { l2announcements: { leaseDuration: 3s, leaseRenewDeadline: 5s } }`
Good: `{ leaseDuration: 15s, leaseRenewDeadline: 5s, leaseRetryPeriod: 2s }`, the defaults
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.leases import lease_times
from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks the effective values, including defaults."""
    if not facts.stack.l2_policies:
        return
    where = "cilium.values.l2announcements"
    duration, deadline, retry = lease_times(facts.helm)
    if duration <= deadline:
        yield warning(
            f"{where}.leaseDuration",
            f"more than leaseRenewDeadline, {deadline:g} s",
            f"{duration:g} s",
            f"set leaseDuration: {deadline * 3:g}s",
        )
    if deadline <= 1.2 * retry:
        yield warning(
            f"{where}.leaseRenewDeadline",
            f"more than 1.2 x leaseRetryPeriod, {1.2 * retry:g} s",
            f"{deadline:g} s",
            f"set leaseRenewDeadline: {retry * 2.5:g}s",
        )
