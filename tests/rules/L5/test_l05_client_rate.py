"""L5 beyond its fixtures: the client rate limit is too low for the lease renewals."""

from __future__ import annotations

import pytest

from tests.rules.helpers import DEDICATED, INGRESS, L2, services, told, values


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # Ingresses have Services too; 10 a second is what there is without a value.
        (
            L2 + values("l2announcements: { leaseRetryPeriod: 90ms }"),
            ["warning cilium.values.k8sClientRateLimit.qps: 10"],
        ),
        (L2 + values("l2announcements: { leaseRetryPeriod: 100ms }"), []),
        (
            INGRESS + values("l2announcements: { leaseRetryPeriod: 100ms }"),
            ["warning cilium.values.k8sClientRateLimit.qps: 10"],
        ),
        (
            INGRESS
            + f"ingresses: [{{ name: a, {DEDICATED} }}]\n"
            + values("l2announcements: { leaseRetryPeriod: 100ms }, k8sClientRateLimit: { qps: 29.5 }"),
            ["warning cilium.values.k8sClientRateLimit.qps: 29.5"],
        ),
        (INGRESS + values("l2announcements: { leaseRetryPeriod: 100ms }, k8sClientRateLimit: { qps: 20 }"), []),
        (values("l2announcements: { leaseRetryPeriod: 1ms }"), []),
        # The renew deadline only says when the holder gives up. 20 Services and the default of 2 s are the limit.
        (L2 + values("l2announcements: { leaseRenewDeadline: 90ms }"), []),
        (L2 + services(*(f"name: s{i}" for i in range(20))), []),
        (
            L2 + services(*(f"name: s{i}" for i in range(21))),
            ["warning cilium.values.k8sClientRateLimit.qps: 10"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("L5", patch)) == sorted(expected)
