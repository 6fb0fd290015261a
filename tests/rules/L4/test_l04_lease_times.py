"""L4 beyond its fixtures: the lease times contradict each other."""

from __future__ import annotations

import pytest

from tests.rules.helpers import L2, told, values


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # The defaults are 15 s, 5 s and 2 s.
        (
            L2 + values("l2announcements: { leaseDuration: 5s }"),
            ["warning cilium.values.l2announcements.leaseDuration: 5 s"],
        ),
        (
            L2 + values("l2announcements: { leaseRetryPeriod: 4500ms }"),
            ["warning cilium.values.l2announcements.leaseRenewDeadline: 5 s"],
        ),
        (L2 + values("l2announcements: { leaseDuration: 1m30s, leaseRenewDeadline: 1m, leaseRetryPeriod: 2s }"), []),
        (
            L2 + values("l2announcements: { leaseRenewDeadline: 6s, leaseRetryPeriod: 5s }"),
            ["warning cilium.values.l2announcements.leaseRenewDeadline: 6 s"],
        ),
        (L2 + values("l2announcements: { leaseDuration: 1h, leaseRenewDeadline: 59m }"), []),
        (L2 + values("l2announcements: { leaseDuration: soon }"), []),
        (values("l2announcements: { leaseDuration: 5s }"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("L4", patch)) == sorted(expected)
