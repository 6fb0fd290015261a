"""G13: A policy selects no pods.

Why: The agent refuses a policy with a selector that has neither a podSelector nor a namespaceSelector.
Seen: Only in the agent's log.
Since: 1.16
Source: Cilium pkg/egressgateway/policy.go

Bad: `selectors: []`
Good: `selectors: [{ podSelector: { matchLabels: { org: sds } } }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """A policy needs a selector, and each selector needs a podSelector or a namespaceSelector."""
    for i, policy in enumerate(facts.stack.egress_policies):
        if not policy.selectors:
            yield error(f"egressPolicies[{i}].selectors", "at least one selector", "none", "add { podSelector: ... }")
        for j, selector in enumerate(policy.selectors):
            if selector.pod_selector is None and selector.namespace_selector is None:
                yield error(
                    f"egressPolicies[{i}].selectors[{j}]",
                    "a podSelector or a namespaceSelector",
                    "neither",
                    "add one of them",
                )
