"""L8: An L2 policy uses an interface without an address.

Why: An agent uses a device without an address only when `devices` names the device. Up to Cilium 1.18 the agent
cannot send a gratuitous ARP on the device and aborts its current work. The agent answers ARP only after its full
reconciliation, five minutes later.
Seen: In the agent's log ("no IPv4 address available for interface"). The agent holds the lease during this time.
Since: 1.16
Source: Cilium pkg/datapath/linux (devices controller), pkg/l2announcer; cilium/cilium #41641

Bad: `interfaces: ["^eth1$"]` and `nodes[].interfaces: [..., { name: eth1 }]` on 1.18
Good: an address for the interface, or Cilium 1.19 with `devices: [eth0, eth1]`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.l2 import L2Policy
from config.node import Link
from effective.devices import named, names
from effective.expressions import matches
from rules.facts import Facts
from rules.finding import Finding, warning

# The first release in which agents send gratuitous ARP on a device without an address.
_SENDS_WITHOUT = (1, 19)


def check(facts: Facts) -> Iterator[Finding]:
    """Reports the first such interface of each policy."""
    devices = named(facts.helm)
    for i, policy in enumerate(facts.stack.l2_policies):
        wheres = (
            (node, link.name)
            for node in facts.chosen(policy.node_selector)
            for link in node.links
            if isinstance(link, Link) and _takes(policy, link.name, devices)
        )
        for node, name in wheres:
            if not names(devices, name):
                wanted, fix = "a device that agents take", f"name {name} under cilium.devices, or give it an address"
            elif facts.release < _SENDS_WITHOUT:
                wanted = f"an interface with an address (Cilium {facts.stack.cilium.version} answers no ARP on {name}"
                wanted, fix = wanted + " for the first five minutes)", f"give {name} an address, or go to 1.19"
            else:
                continue
            yield warning(f"l2Policies[{i}].interfaces", wanted, f"{name} without an address on {node.name}", fix)
            break


def _takes(policy: L2Policy, name: str, devices: tuple[str, ...]) -> bool:
    """Whether a policy applies to an interface. Without patterns, it applies to all devices of the agent."""
    if not policy.interfaces:
        return names(devices, name)
    return any(matches(pattern, name) for pattern in policy.interfaces)
