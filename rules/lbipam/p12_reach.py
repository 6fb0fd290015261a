"""P12: Clients cannot reach a VIP the way it is announced.

Why: Clients on the nodes' subnet resolve an address of the subnet by ARP. No node answers ARP for an address that
only BGP advertises. Clients never send ARP requests for an address outside every subnet, so L2 announcements alone
cannot serve the address.
Seen: Nowhere. The Service has its address, and the address does not answer.
Since: 1.16
Source: inferred; seen on the lab

Bad: BGP alone, with a pool 192.168.10.240/28 inside the nodes' 192.168.10.0/24
Good: BGP with a prefix outside the nodes' subnets, L2 announcements with a prefix inside
"""

from __future__ import annotations

from collections.abc import Iterator

from config.node import Interface, Link
from effective.devices import announcing, named
from rules.facts import Facts
from rules.finding import Finding, warning
from rules.lbipam.pools import blocks
from rules.spans import of_prefix


def check(facts: Facts) -> Iterator[Finding]:
    """Applies only if the stack has exactly one kind of announcer."""
    bgp = any("LoadBalancerIP" in item.entry.addresses for item in facts.carried)
    l2 = any(policy.load_balancer_ips for policy in facts.stack.l2_policies)
    if bgp == l2:
        return
    links = [of_prefix(n, path, str(n)) for path, n in facts.networks() if path.startswith("nodes")]
    if l2:
        announced = list(_announced(facts))
        if not all(isinstance(interface, Interface) for interface in announced):
            # The network of an interface without an address is unknown.
            return
        networks = {str(interface.address.network) for interface in announced if isinstance(interface, Interface)}
        links = [link for link in links if link.what in networks]
    for span in blocks(facts, enabled_only=True):
        inside = next(
            (
                link
                for link in links
                if link.version == span.version and link.first <= span.first and span.last <= link.last
            ),
            None,
        )
        if bgp and inside is not None:
            yield warning(
                span.path,
                "addresses outside the nodes' links (only BGP announces them)",
                f"{span} inside {inside.what}",
                "take a prefix of its own, or add an L2 policy",
            )
        # P11 reports blocks that contain a whole network of hosts.
        same = [link for link in links if link.version == span.version]
        wider = any(span.first <= link.first and link.last <= span.last for link in same)
        if l2 and inside is None and not wider:
            known = ", ".join(link.what for link in links) or "none"
            yield warning(
                span.path,
                f"addresses inside a link that an L2 policy announces on ({known})",
                span,
                "take addresses of that link, add the link to the policy's interfaces, or announce them by BGP",
            )


def _announced(facts: Facts) -> Iterator[Interface | Link]:
    """The interfaces on which L2 policies announce LoadBalancer addresses."""
    devices = named(facts.helm)
    return (
        interface
        for policy in facts.stack.l2_policies
        if policy.load_balancer_ips
        for node in facts.chosen(policy.node_selector)
        for interface in announcing(policy, node, devices)
    )
