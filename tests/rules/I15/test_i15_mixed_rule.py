"""I15 beyond its fixtures: a policy rule mixes endpoints, entities and prefixes."""

from __future__ import annotations

import pytest

from tests.rules.helpers import policies, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # Either direction, every rule; one of three parts each is right.
        (
            policies(
                "ingress: [{ entities: [cluster] }, { cidrs: [{ cidr: 192.0.2.0/24 }], entities: [world] }],"
                " egress: [{ endpoints: [{}], entities: [cluster] }]"
            ),
            [
                "error networkPolicies[0].ingress[1]: entities and cidrs",
                "error networkPolicies[0].egress[0]: endpoints and entities",
            ],
        ),
        (policies("ingress: [{ entities: [cluster], ports: [80] }, { endpoints: [{}] }, {}]"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I15", patch)) == sorted(expected)
