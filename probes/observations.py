"""What hosts and the API answered to the collector."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from probes.ingress.nacks import Nack

Json = Any


@dataclass
class Observations:
    """What was answered; a missing key means that nobody answered, and `errors` says why."""

    routers: dict[str, dict[str, Json]] = field(default_factory=dict)
    # Router -> FRR's daemons that should run and do not; whether its kernel forwards.
    stopped: dict[str, list[str]] = field(default_factory=dict)
    forwarding: dict[str, bool] = field(default_factory=dict)
    # Router -> link -> bytes.
    mtus: dict[str, dict[str, int]] = field(default_factory=dict)
    agents: dict[str, list[Json]] = field(default_factory=dict)
    maps: dict[str, list[Json]] = field(default_factory=dict)
    devices: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    announced: dict[str, list[Json]] = field(default_factory=dict)
    # Node -> the hardware addresses of its links, and their names.
    hardware: dict[str, dict[str, str]] = field(default_factory=dict)
    envoys: dict[str, Json] = field(default_factory=dict)
    # Node -> what its Envoy refused of the agent; asked only where routes are missing.
    nacks: dict[str, list[Nack]] = field(default_factory=dict)
    # Node -> what its Envoy serves; (namespace, Secret) -> the certificate in it, in PEM; `unpaired`: Secrets
    # whose key is another certificate's.
    served: dict[str, Json] = field(default_factory=dict)
    certificates: dict[tuple[str, str], str] = field(default_factory=dict)
    unpaired: set[tuple[str, str]] = field(default_factory=set)
    objects: dict[str, list[Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def is_agent(pod: Json) -> bool:
    """Whether a Pod is of Cilium's agents."""
    return bool((pod["metadata"].get("labels") or {}).get("k8s-app") == "cilium")
