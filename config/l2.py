"""L2 announcements: which nodes answer ARP and NDP for which Services' addresses."""

from __future__ import annotations

from pydantic import Field

from config.base import Model
from config.labels import LabelSelector
from config.net import ObjectName


class L2Policy(Model):
    """A CiliumL2AnnouncementPolicy.

    `interfaces` are regular expressions (RE2); without them, the policy applies to every device of the agent.
    Cilium's default for both kinds of address is false: a policy that sets neither announces nothing.
    """

    name: ObjectName
    """The object's name."""
    node_selector: LabelSelector | None = None
    """Which nodes answer; unset: all."""
    service_selector: LabelSelector | None = None
    """Which Services are answered for; unset: all."""
    interfaces: tuple[str, ...] = ()
    """Regular expressions (RE2) over names of interfaces; none: every device of the agent."""
    external_ips: bool = Field(default=False, alias="externalIPs")
    """Whether external IPs are answered for."""
    load_balancer_ips: bool = Field(default=False, alias="loadBalancerIPs")
    """Whether LoadBalancer addresses are answered for."""
