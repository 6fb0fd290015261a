"""What is asked of the egress lab: the policy's status, addresses on hosts, answers of outposts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from math import inf
from typing import Any

from tests.e2e.harness import Edge, until

HA = "outpost-ha"
EAST, WEST = "172.18.0.4", "172.18.0.6"
GATEWAYS = ("kind-worker3", "kind-worker4")
Spans = list[tuple[float, float]]
# Of the addresses that the part on the gateways puts on.
METRIC = 425442


def one_address(stack: Any) -> None:
    """The HA policy with one address, for one of its two gateways at a time."""
    stack["egressPolicies"][1].update(egressCIDRs=["172.18.0.88/32"], azAffinity="disabled")
    stack["egressPolicies"][1]["egressGroups"][0]["maxGatewayNodes"] = 1


def status(edge: Edge) -> Any:
    return json.loads(edge.kubectl("get", "egressgatewayhapolicies", HA, "-o", "json")).get("status", {})


def satisfied(edge: Edge) -> tuple[str, str]:
    """IPAMRequestSatisfied and its message."""
    conditions: list[dict[str, str]] = status(edge).get("conditions", [])
    condition = next((c for c in conditions if c["type"].endswith("IPAMRequestSatisfied")), {})
    return condition.get("status", ""), condition.get("message", "")


def addresses(edge: Edge, host: str) -> set[str]:
    found = json.loads(edge.on(host, "ip -j -4 address show"))
    return {entry["local"] for link in found for entry in link["addr_info"]}


def holders(edge: Edge, address: str) -> list[str]:
    return [host for host in GATEWAYS if address in addresses(edge, host)]


def holder(edge: Edge, address: str, seconds: float) -> str:
    """The gateway that has an address, once one has it."""
    found: list[str] = []

    def one() -> bool:
        found[:] = holders(edge, address)
        return len(found) == 1

    until(one, seconds, f"a gateway has {address}")
    return found[0]


def answer(edge: Edge, pod: str, outpost: str) -> str:
    """What the outpost says to a pod; nothing where no answer comes."""
    return edge.kubectl("exec", pod, "--", "curl", "-s", "-m", "2", f"http://{outpost}:8000", ok=False)


def held(edge: Edge, host: str, address: str) -> Spans:
    """From when to when a host had an address, while `watch_addresses` lasts."""
    had = f" {address}/32 " in edge.on(host, "cat /run/addresses.before")
    events = [(0.0, had)]
    for line in edge.on(host, "cat /run/addresses").splitlines():
        on = "Deleted" not in line
        # Prolonging is an event, too.
        if f" {address}/32 " in line and on != events[-1][1]:
            events.append((datetime.fromisoformat(line[1 : line.index("]")]).timestamp(), on))
    starts, ends = ([when for when, on in events[not had :] if on is state] for state in (True, False))
    return list(zip(starts, [*ends, inf], strict=False))


@contextmanager
def watch_addresses(edge: Edge) -> Iterator[None]:
    """Have each gateway write down what happens to its addresses."""
    for host in GATEWAYS:
        edge.on(host, "ip -o -4 address show > /run/addresses.before")
        monitor = "ip -ts -o monitor address > /run/addresses 2>/dev/null < /dev/null"
        edge.on(host, f"{monitor} & echo $! > /run/addresses.pid")
    try:
        yield
    finally:
        for host in GATEWAYS:
            edge.on(host, "kill $(cat /run/addresses.pid)", ok=False)


def as_shipped(edge: Edge) -> None:
    """The shipped stack, with each address on the gateway that gets it first: who has moved, would keep what he has."""
    edge.change(lambda stack: stack["egressPolicies"][1].pop("egressCIDRs"))
    edge.run("up")
    until(lambda: not any(ours(edge, host) for host in GATEWAYS), 30, "nobody has an address")
    until(lambda: status(edge)["groupStatuses"][0]["activeGatewayIPs"] == [EAST, WEST], 90, "both are gateways")
    edge.reset()
    edge.run("up")
    places = (("172.18.0.84", GATEWAYS[0]), ("172.18.0.85", GATEWAYS[1]))
    until(lambda: all(holders(edge, a) == [host] for a, host in places), 60, "both have theirs")


def ours(edge: Edge, host: str) -> set[str]:
    """The addresses that the controller's part has put on a host, known by their route metric."""
    found = json.loads(edge.on(host, "ip -j -4 address show"))
    return {entry["local"] for link in found for entry in link["addr_info"] if entry.get("metric") == METRIC}
