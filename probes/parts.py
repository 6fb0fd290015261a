"""Processes and settings that everything else needs: FRR's daemons, a router's forwarding, Cilium's operator."""

from __future__ import annotations

from collections.abc import Iterator

from config.router import Router
from config.stack import StackConfig
from probes.observations import Json, Observations, is_agent
from probes.verdict import Verdict, judged


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """One verdict for each missing part. Pure."""
    for router in stack.managed_routers:
        gone = observations.stopped.get(router.name)
        if gone:
            yield judged(
                "router-daemon",
                router.name,
                False,
                "FRR's daemons run",
                f"{', '.join(gone)} does not",
                router.name,
                f"a daemon of FRR does not run ({', '.join(gone)}): systemctl status frr;"
                " watchfrr starts it again where watchfrr itself runs",
            )
        if observations.forwarding.get(router.name) is False and not _reflects(router):
            yield judged(
                "forwarding",
                router.name,
                False,
                "it forwards",
                "net.ipv4.ip_forward is 0",
                router.name,
                "the router forwards no packets: sysctl -w net.ipv4.ip_forward=1, and a file in /etc/sysctl.d",
            )
    yield from _operator(observations)


def _reflects(router: Router) -> bool:
    """Whether a router reflects routes: a route reflector need not forward packets."""
    return any(each.route_reflector_client for each in (*router.bgp.neighbors, *router.bgp.peer_groups))


def _operator(observations: Observations) -> Iterator[Verdict]:
    pods = observations.objects.get("pods", [])
    agents = [pod for pod in pods if is_agent(pod)]
    operators = [pod for pod in pods if (pod["metadata"].get("labels") or {}).get("io.cilium/app") == "operator"]
    # Without agent pods, agents and operator run outside this cluster's pods.
    if agents and not any(map(_ready, operators)):
        observed = f"none of {len(operators)} is ready" if operators else "there is none"
        nodes = {pod["spec"].get("nodeName") for pod in operators}
        # If the operator is lost with its node, the node is the better place.
        where = str(nodes.pop()) if len(nodes) == 1 and None not in nodes else "API"
        yield judged(
            "operator",
            "cilium-operator",
            False,
            "one is ready",
            observed,
            where,
            "no cilium-operator works: Services get no addresses, nodes get no BGP configuration,"
            " and Ingresses are not reconciled (kubectl -n kube-system get deployment cilium-operator)",
        )


def _ready(pod: Json) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    gone = pod["metadata"].get("deletionTimestamp")
    return not gone and any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
