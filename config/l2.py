"""L2 announcements: the nodes that answer ARP and NDP for addresses of Services."""

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
    """The nodes that answer; unset: all."""
    service_selector: LabelSelector | None = None
    """The announced Services; unset: all."""
    interfaces: tuple[str, ...] = ()
    """Regular expressions (RE2) for interface names; none: every device of the agent."""
    external_ips: bool = Field(default=False, alias="externalIPs")
    """Whether external IPs are announced."""
    load_balancer_ips: bool = Field(default=False, alias="loadBalancerIPs")
    """Whether LoadBalancer addresses are announced."""
