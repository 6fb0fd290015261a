"""Targets of BGP drills: the first Service, the routers, and the announcing nodes."""

from __future__ import annotations

import json
from typing import Any

from config.errors import EdgeError
from config.router import Router
from config.stack import StackConfig
from drills.drill import Stream, Streams, Testbed
from effective.peerings.declared import declared_sessions, foreign


def usable(stack: StackConfig) -> bool:
    """Whether the stack has a router, BGP and a Service with an address from a pool."""
    return bool(stack.bgp and stack.managed_routers and stack.pools and stack.services)


def asker(stack: StackConfig) -> Router:
    """The router that sends the requests: if possible, one behind the nodes' routers."""
    return next((router for router in stack.managed_routers if router not in tops(stack)), stack.managed_routers[0])


def tops(stack: StackConfig) -> list[Router]:
    """The routers that the nodes peer with."""
    peers = {session.far.router.name for session in declared_sessions(stack) if session.far is not None}
    return [router for router in stack.managed_routers if router.name in peers]


def _hold(stack: StackConfig) -> float:
    """Seconds until the routes of a silent neighbor are gone, plus a margin of one."""
    configs = [item.timers for item in stack.bgp.peer_configs] if stack.bgp else []
    return max((one.hold + (one.graceful_restart or 0) for one in configs), default=180) + 1.0


def streams_to_service(limit: float | None, lost: int | None = None, after: int = 0, strays: int = 0) -> Streams:
    """A stream to the first Service. `limit` None: the limit follows from the timers."""

    def streams(stack: StackConfig) -> tuple[Stream, ...]:
        service = stack.services[0]
        source, port = asker(stack).name, service.first_tcp or service.port
        seconds = limit if limit is not None else _hold(stack)
        name, place = f"{source} -> {service.name}", f"host/{source}"
        return (Stream(name, place, "", port, seconds, after, lost, strays, service=asked_service(stack)),)

    return streams


def well(testbed: Testbed) -> bool:
    """Whether all sessions of the routers with nodes and managed routers are Established."""
    for router in testbed.stack.managed_routers:
        try:
            shown = json.loads(testbed.run(router.name, "vtysh -c 'show bgp neighbors json'") or "{}")
        except (EdgeError, ValueError):
            return False
        others = foreign(testbed.stack, router)
        states = [n.get("bgpState") for name, n in shown.items() if isinstance(n, dict) and name not in others]
        named = [n for n in router.bgp.neighbors if n.name not in others]
        # A dynamic neighbor that is lost is not shown at all.
        nodes = [s for s in declared_sessions(testbed.stack) if s.far is not None and s.far.router.name == router.name]
        if len(states) < max(len(named), len(nodes)) or set(states) != {"Established"}:
            return False
    return True


def announcing_worker(stack: StackConfig) -> str:
    """A worker node with BGP."""
    return next(node.name for node in stack.bgp_nodes() if node.role == "worker")


def asked_service(stack: StackConfig) -> str:
    """The Service that receives the requests."""
    return f"{stack.services[0].namespace}/{stack.services[0].name}"


def backends(testbed: Testbed) -> list[tuple[str, str]]:
    """Pod and node of each ready backend of the Service."""
    return [
        (pod["metadata"]["name"], pod["spec"]["nodeName"])
        for pod in pods(testbed)
        if any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))
    ]


def pods(testbed: Testbed) -> list[dict[str, Any]]:
    """The Service's pods as Kubernetes describes them, ready or not, without those under deletion."""
    service = testbed.stack.services[0]
    labels = ",".join(f"{key}={value}" for key, value in service.selector.items())
    shown = json.loads(testbed.kubectl("-n", service.namespace, "get", "pods", "-l", labels, "-o", "json"))["items"]
    return [pod for pod in shown if "deletionTimestamp" not in pod["metadata"]]


def described_neighbor(stack: StackConfig) -> str | None:
    """A declared neighbor of the first router, whose settings a drill may change; a listen range declares none."""
    router = stack.managed_routers[0]
    others = foreign(stack, router)
    return next((str(n.name) for n in router.bgp.neighbors if n.name not in others), None)
