"""The probes' ports closed to everybody but nodes, by Cilium's host firewall."""

from __future__ import annotations

from typing import Any

from config.egress import EgressHA

Manifest = dict[str, Any]


def host_policy(settings: EgressHA) -> Manifest:
    """A policy of hosts that only takes away: what it does not speak of stays as it is."""
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
