"""The addresses that streams ask: LB-IPAM gives them, and the stack file need not know them."""

from __future__ import annotations

import json
from dataclasses import replace

from config.errors import EdgeError
from drills.drill import Stream, Testbed


def addressed(stream: Stream, testbed: Testbed) -> Stream:
    """The stream with the address of its Service. Raises EdgeError if the Service has no address."""
    return replace(stream, host=address_of(testbed, stream.service)) if stream.service else stream


def address_of(testbed: Testbed, service: str) -> str:
    """The address of a Service (`NAMESPACE/NAME`). Raises EdgeError if the Service has no address."""
    namespace, _, name = service.partition("/")
    status = json.loads(testbed.kubectl("-n", namespace, "get", "service", name, "-o", "json"))["status"]
    found = [item["ip"] for item in status.get("loadBalancer", {}).get("ingress", []) if "ip" in item]
    if not found:
        raise EdgeError(f"Service {service}: no address to ask; run edge verify for the cause")
    return str(found[0])
