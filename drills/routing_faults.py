"""Faults of BGP drills, and their healing."""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path

from config.errors import EdgeError
from drills.drill import Action, Testbed
from drills.faults import delete_pods
from drills.routing_targets import announcing_worker, backends, described_neighbor, pods, tops

# Seconds that agents and routers may take to follow a change of backends.
_FOLLOW = 3.0
# Annotation of a node that a drill has cordoned, also of a drill that was killed.
_CORDONED = "cilium-edge.drill/cordoned"
_DRILL_CONF = "/run/drill-frr.conf"
_DESCRIBED = Path(__file__).with_name("neighbor_described.sh")


def victim(testbed: Testbed) -> str:
    return announcing_worker(testbed.stack)


def lose_node(testbed: Testbed) -> None:
    testbed.silence(victim(testbed))


def find_node(testbed: Testbed) -> None:
    testbed.unsilence(victim(testbed))


def empty_node(testbed: Testbed) -> None:
    """Move the Service's pods off the node, so that its loss costs routes only. A pod may have to wait."""
    lost = victim(testbed)
    _cordon(testbed, lost)
    until = time.monotonic() + 60
    # A pod that starts on the node counts too: it gets ready later.
    while _deleted_from(testbed, lost) or not backends(testbed):
        if time.monotonic() > until:
            raise EdgeError(
                f"node-lost: 60 s after the cordon, the Service has pods on {lost}, or has no ready pod elsewhere"
            )
        time.sleep(0.5)
    time.sleep(_FOLLOW)


def _deleted_from(testbed: Testbed, node: str) -> int:
    """Delete the Service's pods on a node without waiting; returns how many there were."""
    found = [pod["metadata"]["name"] for pod in pods(testbed) if pod["spec"].get("nodeName") == node]
    if found:
        testbed.kubectl("-n", testbed.stack.services[0].namespace, "delete", "pod", *found, "--wait=false")
    return len(found)


def lose_router(testbed: Testbed) -> None:
    testbed.silence(tops(testbed.stack)[-1].name)


def find_router(testbed: Testbed) -> None:
    testbed.unsilence(tops(testbed.stack)[-1].name)


def signal_api_server(signal: str) -> Action:
    def act(testbed: Testbed) -> None:
        control = next(node.name for node in testbed.stack.nodes if node.role == "control-plane")
        testbed.run(control, f"pkill -{signal} kube-apiserver")

    return act


def kill_bgpd(testbed: Testbed) -> None:
    testbed.run(testbed.stack.managed_routers[0].name, "pkill -9 bgpd")


def kill_operator(testbed: Testbed) -> None:
    delete_pods(testbed, "-l", "io.cilium/app=operator", "--grace-period=0", "--force")


def power_cut(testbed: Testbed) -> None:
    """Take away what a router loses in a power cut: its carrier, its daemons, and its kernel's BGP routes."""
    router = testbed.stack.managed_routers[0].name
    testbed.cut(router)
    testbed.run(router, "/usr/lib/frr/frrinit.sh stop >/dev/null 2>&1; ip route flush proto bgp")


def boot_router(testbed: Testbed) -> None:
    router = testbed.stack.managed_routers[0].name
    testbed.join(router)
    testbed.run(router, "/usr/lib/frr/frrinit.sh start >/dev/null 2>&1 </dev/null")


def reload_frr(testbed: Testbed) -> None:
    """Change a neighbor's description and connect retry, which must not reset its session."""
    router, neighbor = testbed.stack.managed_routers[0], described_neighbor(testbed.stack)
    words = shlex.join([str(router.bgp.asn), str(neighbor), _DRILL_CONF])
    testbed.run(router.name, f"set -- {words}\n{_DESCRIBED.read_text()}")


def reload_back(testbed: Testbed) -> None:
    testbed.run(
        testbed.stack.managed_routers[0].name,
        f"/usr/lib/frr/frr-reload.py --reload /etc/frr/frr.conf; rm -f {_DRILL_CONF}",
    )


def kill_backend(testbed: Testbed) -> None:
    pod, _ = backends(testbed)[0]
    testbed.kubectl("-n", testbed.stack.services[0].namespace, "delete", "pod", pod, "--grace-period=0", "--force")


def external_traffic_policy(value: str = "") -> Action:
    """Give the Service an externalTrafficPolicy, by default the declared one; the routers have followed afterwards."""

    def act(testbed: Testbed) -> None:
        service = testbed.stack.services[0]
        patch = json.dumps({"spec": {"externalTrafficPolicy": value or service.external_traffic_policy}})
        testbed.kubectl("-n", service.namespace, "patch", "service", service.name, "-p", patch)
        time.sleep(_FOLLOW)

    return act


def move_pod(testbed: Testbed) -> None:
    pod, node = backends(testbed)[0]
    _cordon(testbed, node)
    testbed.kubectl("-n", testbed.stack.services[0].namespace, "delete", "pod", pod, "--wait=false")


def _cordon(testbed: Testbed, node: str) -> None:
    """Cordon a node, and note it on the node, unless somebody else has cordoned the node."""
    found = json.loads(testbed.kubectl("get", "node", node, "-o", "json"))
    if not found["spec"].get("unschedulable"):
        testbed.kubectl("annotate", "node", node, f"{_CORDONED}=true", "--overwrite")
        testbed.kubectl("cordon", node)


def uncordon(testbed: Testbed) -> None:
    """Uncordon the nodes that a drill has cordoned."""
    for node in json.loads(testbed.kubectl("get", "nodes", "-o", "json"))["items"]:
        if _CORDONED in (node["metadata"].get("annotations") or {}):
            testbed.kubectl("uncordon", node["metadata"]["name"])
            testbed.kubectl("annotate", "node", node["metadata"]["name"], f"{_CORDONED}-")
