"""All rules over generated stacks of growing size, with ratios to the smallest stack.

.venv/bin/python -m benchmarks.rules
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks.generated import stack_object
from config.load import parse
from rules.facts import Facts
from rules.registry import check_all, rules

# Nodes, routers, Services, egress policies.
SIZES = ((125, 20, 250, 62), (250, 20, 500, 125), (500, 20, 1000, 250), (1000, 20, 2000, 500))


def with_policies(stack: dict[str, Any], count: int) -> dict[str, Any]:
    """The stack with egress policies, each through one node."""
    stack["egressPolicies"] = [
        {
            "name": f"policy-{i}",
            "destinationCIDRs": [f"198.{18 + i // 250}.{i % 250}.0/24"],
            "selectors": [{"podSelector": {"matchLabels": {"team": f"t{i}"}}}],
            "egressGateway": {
                "interface": "eth1",
                "nodeSelector": {"matchLabels": {"kubernetes.io/hostname": f"node-{i}"}},
            },
        }
        for i in range(count)
    ]
    return stack


def main() -> None:
    """Print a line for each size, then the slowest rules of the largest stack."""
    base = 0.0
    for nodes, routers, services, policies in SIZES:
        stack = parse(with_policies(stack_object(nodes, routers, services), policies), "generated")
        began = time.perf_counter()
        report = check_all(stack)
        seconds = time.perf_counter() - began
        base = base or seconds
        growth = f"{seconds / base:.1f}x the time for {nodes / SIZES[0][0]:.0f}x the size"
        size = f"{nodes} nodes, {routers} routers, {services} Services, {policies} policies"
        print(f"{size}: {seconds:.2f} s, {len(report.findings)} findings, {growth}")
    facts = Facts(stack)
    times = []
    for rule in rules():
        began = time.perf_counter()
        found = list(rule.check(facts))
        times.append((time.perf_counter() - began, rule.id, len(found)))
    for seconds, rule_id, count in sorted(times, reverse=True)[:8]:
        print(f"  {rule_id}: {seconds:.2f} s, {count} findings")


if __name__ == "__main__":
    main()
