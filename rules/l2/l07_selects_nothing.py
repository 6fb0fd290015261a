"""L7: An L2 policy selects no node or no Service.

Why: The policy announces no address.
Seen: Nowhere.
Since: 1.16
Source: inferred

Bad: `nodeSelector: { matchLabels: { edge: "yes" } }` and no node with that label
Good: selectors that match declared nodes and Services
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import L2_CLASS, service_labels
from rules.facts import Facts
from rules.finding import Finding, error, warning
from rules.no_node import no_node


def check(facts: Facts) -> Iterator[Finding]:
    """Checks nodes, Services, and classes of Services that belong to another announcer."""
    for i, policy in enumerate(facts.stack.l2_policies):
        yield from no_node(
            facts, f"l2Policies[{i}].nodeSelector", policy.node_selector, "label nodes, or correct the selector"
        )
        chosen = [
            s
            for _, s in facts.addressed
            if policy.service_selector is None or policy.service_selector.matches(service_labels(s))
        ]
        mine = [s for s in chosen if s.load_balancer_class in (None, L2_CLASS)]
        if policy.service_selector is not None and not policy.service_selector.takes_all_but and not chosen:
            yield warning(
                f"l2Policies[{i}].serviceSelector",
                "labels of a declared Service",
                policy.service_selector.manifest(),
                "correct it, or declare the Service",
            )
        elif chosen and not mine:
            yield error(
                f"l2Policies[{i}].serviceSelector",
                "a Service of class io.cilium/l2-announcer or none",
                f"only {chosen[0].load_balancer_class}",
                "change the Services' loadBalancerClass",
            )
