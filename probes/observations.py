"""The collector's answers from hosts and the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from probes.ingress.nacks import Nack

Json = Any


@dataclass
class Observations:
    """All answers. A missing key means no answer, and `errors` has the reason."""

    routers: dict[str, dict[str, Json]] = field(default_factory=dict)
    # Router -> FRR daemons that should run but do not; whether the router's kernel forwards.
    stopped: dict[str, list[str]] = field(default_factory=dict)
    forwarding: dict[str, bool] = field(default_factory=dict)
    # Router -> link -> bytes.
    mtus: dict[str, dict[str, int]] = field(default_factory=dict)
    agents: dict[str, list[Json]] = field(default_factory=dict)
    maps: dict[str, list[Json]] = field(default_factory=dict)
    devices: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    announced: dict[str, list[Json]] = field(default_factory=dict)
    # Node -> MAC address of a link -> name of the link.
    hardware: dict[str, dict[str, str]] = field(default_factory=dict)
    envoys: dict[str, Json] = field(default_factory=dict)
    # Node -> refusals of its Envoy; queried only if routes are missing.
    nacks: dict[str, list[Nack]] = field(default_factory=dict)
    # Node -> certificates that its Envoy serves; (namespace, Secret) -> its certificate in PEM; `unpaired`: Secrets
    # whose key does not match the certificate.
    served: dict[str, Json] = field(default_factory=dict)
    certificates: dict[tuple[str, str], str] = field(default_factory=dict)
    unpaired: set[tuple[str, str]] = field(default_factory=set)
    objects: dict[str, list[Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def is_agent(pod: Json) -> bool:
    """Whether a Pod is a Cilium agent."""
    return bool((pod["metadata"].get("labels") or {}).get("k8s-app") == "cilium")
