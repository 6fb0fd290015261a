"""X9: A Helm value contradicts the stack.

Why: The rest of the stack relies on the declared setting. The cluster would run with the Helm value.
Seen: Nowhere.
Since: 1.16
Source: inferred

Bad: `routingMode: native` with `values: { routingMode: tunnel }`
Good: only one of the two settings
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.helm import conflicts
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Compares the values that features need with the user's own values. X8 reports removed words."""
    for problem in conflicts(facts.declared):
        if problem.path == "cilium.values.kubeProxyReplacement" and problem.got not in ("true", "false"):
            continue
        fix = "remove the value, or change the declared setting"
        yield error(problem.path, problem.expected, problem.got, fix)
