"""A policy of Cilium's host firewall that admits only nodes to the probe ports."""

from __future__ import annotations

from typing import Any

from config.egress import EgressHA

Manifest = dict[str, Any]


def host_policy(settings: EgressHA) -> Manifest:
    """A host policy with only deny rules, so that other traffic is unaffected."""
    ports = [{"port": str(port), "protocol": "UDP"} for port in (settings.probe_port, settings.probe_port + 1)]
    pods = {"matchExpressions": [{"key": "k8s:io.kubernetes.pod.namespace", "operator": "Exists"}]}
    return {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumClusterwideNetworkPolicy",
        "metadata": {"name": "egress-ha-probes"},
        "spec": {
            "description": "Egress gateways are probed by nodes, and by nobody else.",
            "nodeSelector": {},
            "enableDefaultDeny": {"ingress": False, "egress": False},
            "ingressDeny": [
                {"fromEntities": ["world"], "toPorts": [{"ports": ports}]},
                {"fromEndpoints": [pods], "toPorts": [{"ports": ports}]},
            ],
        },
    }
