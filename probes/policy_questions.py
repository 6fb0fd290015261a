"""The network policies of the cluster, asked where packets to Pods are lost; nobody else pays for it."""

from __future__ import annotations

from config.errors import EdgeError
from probes.collector import Collector
from probes.conditions import POLICY_KINDS
from probes.observations import Observations


def collect_policies(collector: Collector, observations: Observations) -> None:
    """Add the policies that were not asked for already. What cannot be asked is no evidence."""
    for kind in POLICY_KINDS:
        if kind in observations.objects:
            continue
        try:
            observations.objects[kind] = collector.kube.find("cilium.io/v2", kind)
        except EdgeError as error:
            observations.errors[kind] = str(error)
