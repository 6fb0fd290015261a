"""L4: Lease times that cannot hold a lease.

Why: the elector wants leaseDuration > leaseRenewDeadline > 1.2 x leaseRetryPeriod; otherwise no agent takes
part and no VIP is answered.
Seen: nowhere but in the log.
Since: 1.16
Source: Cilium pkg/l2announcer; client-go leader election

Bad: `values: { l2announcements: { leaseDuration: 3s, leaseRenewDeadline: 5s } }`
Good: `{ leaseDuration: 15s, leaseRenewDeadline: 5s, leaseRetryPeriod: 2s }`, the defaults
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error
from rules.l2.times import lease_times


def check(facts: Facts) -> Iterator[Finding]:
    """Defaults count where a value is not set."""
    if not facts.stack.l2_policies:
        return
    where = "cilium.values.l2announcements"
    duration, deadline, retry = lease_times(facts)
    if duration <= deadline:
        yield error(
            f"{where}.leaseDuration",
            f"more than leaseRenewDeadline, {deadline:g} s",
            f"{duration:g} s",
            f"set leaseDuration: {deadline * 3:g}s",
        )
    if deadline <= 1.2 * retry:
        yield error(
            f"{where}.leaseRenewDeadline",
            f"more than 1.2 x leaseRetryPeriod, {1.2 * retry:g} s",
            f"{deadline:g} s",
            f"set leaseRenewDeadline: {retry * 2.5:g}s",
        )
