"""What is seen, past the probes: in FRR's tables, in the API, on the wire. A look is one claim about a view."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from tests.e2e.harness import Edge

NODES = {
    "cilium-ctr": "192.168.10.100",
    "cilium-w1": "192.168.10.101",
    "cilium-w2": "192.168.10.102",
    "cilium-w3": "192.168.20.100",
}
PODS = {node: f"172.20.{i}.0/24" for i, node in enumerate(NODES)}
ALL = set(NODES.values())
VIP = "172.16.1.1"
_KINDS = "ciliumbgpclusterconfigs,ciliumbgppeerconfigs,ciliumloadbalancerippools,services,pods"
_ROUTER = (
    "vtysh -c 'show bgp neighbors json'",
    "ip -j route show proto bgp",
    "vtysh -c 'show bgp ipv4 unicast json'",
    "cat /etc/frr/frr.conf",
    "vtysh -c 'show running-config'",
)


class View:
    """The lab at one moment, as far as it is asked; each question is asked once."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge

    @cached_property
    def _router(self) -> list[str]:
        return self.edge.on("cilium-r", "; echo =-=; ".join(_ROUTER)).split("=-=\n")

    @cached_property
    def neighbors(self) -> dict[str, Any]:
        """Node -> FRR's view of it, {} where it has none."""
        found = json.loads(self._router[0])
        return {node: found.get(address) or {} for node, address in NODES.items()}

    @cached_property
    def routes(self) -> dict[str, set[str]]:
        """Prefix -> next hops in the router's kernel."""
        table = json.loads(self._router[1] or "[]")
        return {r["dst"]: {hop["gateway"] for hop in r.get("nexthops") or [r]} for r in table}

    @cached_property
    def paths(self) -> dict[str, list[Any]]:
        """Prefix -> what FRR was sent for it, taken or not."""
        return dict(json.loads(self._router[2])["routes"])

    @property
    def written(self) -> list[str]:
        """The lines of frr.conf."""
        return self._router[3].splitlines()

    @property
    def running(self) -> list[str]:
        """The lines that FRR has."""
        return self._router[4].splitlines()

    @cached_property
    def _objects(self) -> dict[tuple[str, str], Any]:
        found = json.loads(self.edge.kubectl("get", _KINDS, "-o", "json"))["items"]
        return {(item["kind"], item["metadata"]["name"]): item for item in found}

    def object(self, kind: str, name: str) -> Any:
        """An object of the API, {} where there is none."""
        return self._objects.get((kind, name), {})

    def condition(self, kind: str, name: str, wanted: str) -> Any:
        """A condition of an object of Cilium's, {} where it has none."""
        found = self.object(kind, name).get("status", {}).get("conditions") or []
        return next((c for c in found if c["type"] == f"cilium.io/{wanted}"), {})

    def addresses(self, service: str) -> list[str]:
        """What a Service was given."""
        balancer = self.object("Service", service).get("status", {}).get("loadBalancer", {})
        return [entry["ip"] for entry in balancer.get("ingress") or []]

    def pod_addresses(self, app: str) -> list[str]:
        pods = [item for (kind, _), item in self._objects.items() if kind == "Pod"]
        return [pod["status"]["podIP"] for pod in pods if pod["metadata"].get("labels", {}).get("app") == app]

    def up(self, node: str) -> bool:
        return bool(self.neighbors[node].get("bgpState") == "Established")

    def in_pod(self, name: str, script: str) -> str:
        """A shell script in a pod."""
        return self.edge.kubectl("exec", name, "--", "sh", "-c", f"{script}; true").strip()


Look = Callable[[View], bool]


def healthy(view: View) -> bool:
    """Every session, every PodCIDR and the VIP."""
    pods = {prefix: {NODES[node]} for node, prefix in PODS.items()}
    return all(view.up(node) for node in NODES) and view.routes == {VIP: ALL, **pods}


def answers(edge: Edge, host: str, address: str, tries: int = 6) -> int:
    """How many of a few HTTP requests from a host are answered."""
    one = f"curl -s -o /dev/null -m 1 http://{address}/ && echo yes"
    script = f"for i in $(seq {tries}); do {{ {one}; }} & done; wait"
    return edge.on(host, script).count("yes")


def resolved(edge: Edge, host: str, address: str) -> bool:
    """Whether somebody on the link answers a host's ARP for an address."""
    script = f"ip neigh flush to {address}; ping -c 1 -W 1 {address} >/dev/null; ip -j neigh show to {address}"
    return any("lladdr" in entry for entry in json.loads(edge.on(host, script) or "[]"))


def session_down(node: str) -> Look:
    """A node's session is not up, and its pods have no route."""
    return lambda view: not view.up(node) and PODS[node] not in view.routes


def session_up(node: str) -> Look:
    """A node's session is up, and its pods have a route."""
    return lambda view: view.up(node) and view.routes.get(PODS[node]) == {NODES[node]}


def up_and_empty(node: str) -> Look:
    """A node's session is up, and no route comes of it."""
    return lambda view: view.up(node) and all(NODES[node] not in hops for hops in view.routes.values())


def told(kind: str, name: str, wanted: str) -> Look:
    """A condition of Cilium's is true."""
    return lambda view: view.condition(kind, name, wanted).get("status") == "True"


def pending(service: str, reason: str | None) -> Look:
    """A Service has no address, and LB-IPAM's condition says why (None: it has no condition at all)."""
    return lambda view: (
        bool(view.object("Service", service))
        and view.addresses(service) == []
        and view.condition("Service", service, "IPAMRequestSatisfied").get("reason") == reason
    )


def given_and_not_announced(service: str) -> Look:
    """A Service has an address, and the router has no route to it."""
    return lambda view: len(view.addresses(service)) == 1 and not set(view.addresses(service)) & set(view.routes)


def announced_by(view: View, address: str) -> set[str]:
    """Who tells the router of an address."""
    return {path["peerId"] for path in view.paths.get(f"{address}/32", [])}


def given_and_announced(service: str, nodes: set[str] = ALL) -> Look:
    """A Service has an address, and these nodes and no other announce it."""
    return lambda view: [announced_by(view, address) for address in view.addresses(service)] == [nodes]


def router_id(node: str, expected: str) -> Look:
    """The id that a node goes by, in a session that is up."""
    return lambda view: view.up(node) and view.neighbors[node].get("remoteRouterId") == expected
