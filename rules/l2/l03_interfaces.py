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

from effective.devices import named, names
from effective.expressions import fault, matches
from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Compares with `devices` if set, otherwise with the interfaces of the nodes."""
    if not facts.stack.nodes:
        return
    given, links = named(facts.helm), {link.name for node in facts.stack.nodes for link in node.links}
    # A `+` stands for any suffix: which devices it names is known from the links alone.
    exact = {device for device in given if not device.endswith("+")}
    devices = exact | {link for link in links if names(given, link)} if given else links
    for i, policy in enumerate(facts.stack.l2_policies):
        for j, pattern in enumerate(policy.interfaces):
            where = f"l2Policies[{i}].interfaces[{j}]"
            why = fault(pattern)
            if why:
                yield error(where, "a regular expression of RE2", f"{pattern} ({why})", "correct it")
            elif not any(matches(pattern, device) for device in devices):
                known = ", ".join(sorted(devices)) or "no link"
                yield warning(where, f"a pattern that matches one of {known}", pattern, "correct it, or add the device")
