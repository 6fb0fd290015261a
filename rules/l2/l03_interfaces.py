"""L3: An interface pattern of an L2 policy matches no device of the agent.

Why: The patterns select from the agent's `devices`. The policy announces nothing through a pattern without a
matching device. The agent logs and ignores a pattern that does not compile.
Seen: Nowhere, or only in the agent's log.
Since: 1.16
Source: Cilium pkg/l2announcer

Bad: `interfaces: ["^enp"]` with `devices: [eth1]`
Good: `interfaces: ["^eth1$"]`
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.expressions import fault, matches
from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Compares with `devices` if set, otherwise with the interfaces of the nodes."""
    devices = set(facts.stack.cilium.devices) or {i.name for node in facts.stack.nodes for i in node.links}
    if not facts.stack.nodes:
        return
    for i, policy in enumerate(facts.stack.l2_policies):
        for j, pattern in enumerate(policy.interfaces):
            where = f"l2Policies[{i}].interfaces[{j}]"
            why = fault(pattern)
            if why:
                yield error(where, "a regular expression of RE2", f"{pattern} ({why})", "correct it")
            elif not any(matches(pattern, device) for device in devices):
                names = ", ".join(sorted(devices))
                yield warning(where, f"a pattern that matches one of {names}", pattern, "correct it, or add the device")
