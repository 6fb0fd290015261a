"""The objects of L2 announcements."""

from __future__ import annotations

from config.l2 import L2Policy
from effective.objects.form import Manifest, named_object, selectors


def l2_policy(item: L2Policy) -> Manifest:
    """A CiliumL2AnnouncementPolicy. Its apiVersion is v2alpha1 in every release up to 1.20."""
    spec: Manifest = {"externalIPs": item.external_ips, "loadBalancerIPs": item.load_balancer_ips}
    if item.interfaces:
        spec["interfaces"] = list(item.interfaces)
    spec |= selectors(nodeSelector=item.node_selector, serviceSelector=item.service_selector)
    return named_object("cilium.io/v2alpha1", "CiliumL2AnnouncementPolicy", item.name, spec)
