"""Drills of BGP: the LoadBalancer address, asked from behind the router."""

from __future__ import annotations

import json

from config.errors import EdgeError
from config.stack import StackConfig
from drills.acts import delete_pods, nothing, restart_agent
from drills.drill import Act, Drill, Ground, Stream, Streams


def usable(stack: StackConfig) -> bool:
    """Whether the stack has a router, BGP and a Service with an address from a pool."""
    return bool(stack.bgp and stack.routers and stack.pools and stack.services)


def _streams(limit: float) -> Streams:
    def streams(stack: StackConfig) -> tuple[Stream, ...]:
        service = stack.services[0]
        block = stack.pools[0].blocks[0]
        address: object = service.requested_ips[0] if service.requested_ips else None
        if address is None and block.cidr is not None:
            address = next(iter(block.cidr.hosts()))
        return (Stream(f"{stack.routers[0].name} -> {service.name}", f"host/{stack.routers[0].name}", str(address),
                       service.port, limit),)  # fmt: skip

    return streams


def well(ground: Ground) -> bool:
    """Every neighbor of every router is Established."""
    for router in ground.stack.routers:
        try:
            shown = json.loads(ground.run(router.name, "vtysh -c 'show bgp neighbors json'") or "{}")
        except (EdgeError, ValueError):
            return False
        states = [n.get("bgpState") for n in shown.values() if isinstance(n, dict)]
        if len(states) < len(router.bgp.neighbors) or set(states) != {"Established"}:
            return False
    return True


def _victim(ground: Ground) -> str:
    """A node that announces and is no control plane."""
    return next(node.name for node in ground.stack.bgp_nodes() if node.role == "worker")


def _lose(ground: Ground) -> None:
    ground.silence(_victim(ground))


def _find(ground: Ground) -> None:
    ground.unsilence(_victim(ground))


def _api_server(signal: str) -> Act:
    def act(ground: Ground) -> None:
        control = next(node.name for node in ground.stack.nodes if node.role == "control-plane")
        ground.run(control, f"pkill -{signal} kube-apiserver")

    return act


def _kill_bgpd(ground: Ground) -> None:
    ground.run(ground.stack.routers[0].name, "pkill -9 bgpd")


def _kill_operator(ground: Ground) -> None:
    delete_pods(ground, "-l", "io.cilium/app=operator", "--grace-period=0", "--force")


DRILLS: tuple[Drill, ...] = (
    # Its routes go with the hold time; its pods stay backends until the API has missed the node for 40 s.
    Drill("node-lost", "a node's link goes silent", _streams(50), well, _lose, _find, during=60, after=5),
    Drill("node-link-down", "a node's link loses its carrier", _streams(50), well,
          lambda ground: ground.cut(_victim(ground)), lambda ground: ground.join(_victim(ground)), during=60, after=5),
    Drill("agent-restart", "the Cilium agent of a node is restarted", _streams(0), well,
          lambda ground: restart_agent(ground, _victim(ground)), nothing, during=5, after=25),
    Drill("bgpd-killed", "the router's bgpd is killed, and watchfrr starts it again", _streams(5), well,
          _kill_bgpd, nothing, during=5, after=75),
    Drill("operator-killed", "the Cilium operator is killed", _streams(0), well,
          _kill_operator, nothing, during=2, after=8),
    Drill("api-server-down", "the API server stands still for 20 s", _streams(0), well, _api_server("STOP"),
          _api_server("CONT"), during=20, after=5),
)  # fmt: skip
