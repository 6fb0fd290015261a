"""X1 beyond its fixtures: a Helm key does not exist in the chart of this Cilium version."""

from __future__ import annotations

import pytest
import yaml

from config.load import parse
from rules.registry import check_all
from tests.config.dev_stack import document
from tests.rules.helpers import told, values
from tests.rules.test_fixtures import merged


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # A typo below a known group, a whole unknown group, and what is free.
        (
            values("hubble: { relay: { enable: true } }, operater: { replicas: 1 }"),
            ["error cilium.values.hubble.relay.enable: none such", "error cilium.values.operater.replicas: none such"],
        ),
        (values("extraConfig: { enable-x: 'true' }, podAnnotations: { a.b/c: d }, nodePort: { range: '1,2' }"), []),
        (values("bgpControlPlane: { routerIDAllocation: { mode: ip-pool } }"), []),
        (
            "cilium: { version: 1.17.4, values: { bgpControlPlane: { routerIDAllocation: { mode: ip-pool } } } }\n",
            ["error cilium.values.bgpControlPlane.routerIDAllocation.mode: none such"],
        ),
        (values("bpf: {}, foo: {}"), ["error cilium.values.foo: none such"]),
        (values("bgp: { enabled: true }"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("X1", patch)) == sorted(expected)


@pytest.mark.parametrize(
    ("key", "fix"),
    [
        ("bgpControlPlan: { enabled: true }", "did you mean bgpControlPlane.enabled?"),
        ("kubeproxyReplacement: true", "did you mean kubeProxyReplacement?"),
        ("l2announcement: { enabled: true }", "did you mean l2announcements.enabled?"),
        ("announcer: { leaseRenewDeadline: 1s }", "did you mean l2announcements.leaseRenewDeadline?"),
        ("zzz: 1", "take it out"),
    ],
)
def test_the_fix_of_an_unknown_key_names_the_key_that_was_meant(key: str, fix: str) -> None:
    stack = parse(merged(document(), yaml.safe_load(values(key))), "dev")
    assert [f.fix for f in check_all(stack).findings if f.rule == "X1"] == [fix]
