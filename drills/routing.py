"""Drills of BGP: the LoadBalancer address, asked from behind the router."""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path

from config.errors import EdgeError
from config.router import Router
from config.stack import StackConfig
from drills.drill import Action, Drill, Stream, Streams, Testbed
from drills.faults import delete_pods, nothing, restart_agent, restart_agents
from drills.upgrade import back, upgrade
from effective.peerings.declared import declared_sessions, foreign

# So long agents and routers may take to follow a change of backends, in seconds.
_FOLLOW = 3.0
_DRILL_CONF = "/run/drill-frr.conf"
_DESCRIBED = Path(__file__).with_name("neighbor_described.sh")


def usable(stack: StackConfig) -> bool:
    """Whether the stack has a router, BGP and a Service with an address from a pool."""
    return bool(stack.bgp and stack.managed_routers and stack.pools and stack.services)


def _asker(stack: StackConfig) -> Router:
    """Who asks: a router behind the nodes' own ones where there is one."""
    return next((router for router in stack.managed_routers if router not in _tops(stack)), stack.managed_routers[0])


def _tops(stack: StackConfig) -> list[Router]:
    """The routers that the nodes peer with."""
    peers = {session.far.router.name for session in declared_sessions(stack) if session.far is not None}
    return [router for router in stack.managed_routers if router.name in peers]


def _hold(stack: StackConfig) -> float:
    """After how many seconds the routes of a silent neighbor are gone, with one to spare."""
    configs = [item.timers for item in stack.bgp.peer_configs] if stack.bgp else []
    return max((one.hold + (one.graceful_restart or 0) for one in configs), default=180) + 1.0


def _streams(limit: float | None, lost: int | None = None) -> Streams:
    """A stream to the first Service. `limit` None: as long as the timers say."""

    def streams(stack: StackConfig) -> tuple[Stream, ...]:
        service = stack.services[0]
        block = stack.pools[0].blocks[0]
        address: object = service.asked[0] if service.asked else None
        if address is None and block.cidr is not None:
            address = next(iter(block.cidr.hosts()))
        asker, port = _asker(stack).name, service.first_tcp or service.port
        seconds = limit if limit is not None else _hold(stack)
        return (Stream(f"{asker} -> {service.name}", f"host/{asker}", str(address), port, seconds, lost=lost),)

    return streams


def well(testbed: Testbed) -> bool:
    """Every neighbor of every router that is a node or a managed router is Established."""
    for router in testbed.stack.managed_routers:
        try:
            shown = json.loads(testbed.run(router.name, "vtysh -c 'show bgp neighbors json'") or "{}")
        except (EdgeError, ValueError):
            return False
        others = foreign(testbed.stack, router)
        states = [n.get("bgpState") for name, n in shown.items() if isinstance(n, dict) and name not in others]
        named = [n for n in router.bgp.neighbors if n.name not in others]
        if len(states) < len(named) or set(states) != {"Established"}:
            return False
    return True


def _of(stack: StackConfig) -> str:
    """A node that announces and is no control plane."""
    return next(node.name for node in stack.bgp_nodes() if node.role == "worker")


def _asked(stack: StackConfig) -> str:
    """The Service whose address is asked."""
    return f"{stack.services[0].namespace}/{stack.services[0].name}"


def _victim(testbed: Testbed) -> str:
    return _of(testbed.stack)


def _lose(testbed: Testbed) -> None:
    testbed.silence(_victim(testbed))


def _find(testbed: Testbed) -> None:
    testbed.unsilence(_victim(testbed))


def _empty(testbed: Testbed) -> None:
    """No pod of the Service stays on the node, so that only its routes are lost with it; one may have to wait."""
    victim = _victim(testbed)
    testbed.kubectl("cordon", victim)
    for pod, node in _backends(testbed):
        if node == victim:
            testbed.kubectl("-n", testbed.stack.services[0].namespace, "delete", "pod", pod, "--wait=false")
    until = time.monotonic() + 60
    while (nodes := {node for _, node in _backends(testbed)}) == set() or victim in nodes:
        if time.monotonic() > until:
            raise EdgeError(
                f"node-lost: 60 s after the cordon, the Service has pods on {victim}, or has no ready pod elsewhere"
            )
        time.sleep(0.5)
    time.sleep(_FOLLOW)


def _lose_router(testbed: Testbed) -> None:
    testbed.silence(_tops(testbed.stack)[-1].name)


def _find_router(testbed: Testbed) -> None:
    testbed.unsilence(_tops(testbed.stack)[-1].name)


def _api_server(signal: str) -> Action:
    def act(testbed: Testbed) -> None:
        control = next(node.name for node in testbed.stack.nodes if node.role == "control-plane")
        testbed.run(control, f"pkill -{signal} kube-apiserver")

    return act


def _kill_bgpd(testbed: Testbed) -> None:
    testbed.run(testbed.stack.managed_routers[0].name, "pkill -9 bgpd")


def _kill_operator(testbed: Testbed) -> None:
    delete_pods(testbed, "-l", "io.cilium/app=operator", "--grace-period=0", "--force")


def _reboot(testbed: Testbed) -> None:
    """What a router's power cut does: its wires, its daemons and its kernel's routes are gone."""
    router = testbed.stack.managed_routers[0].name
    testbed.cut(router)
    testbed.run(router, "/usr/lib/frr/frrinit.sh stop >/dev/null 2>&1; ip route flush proto bgp")


def _boot(testbed: Testbed) -> None:
    router = testbed.stack.managed_routers[0].name
    testbed.join(router)
    testbed.run(router, "/usr/lib/frr/frrinit.sh start >/dev/null 2>&1 </dev/null")


def _reload(testbed: Testbed) -> None:
    """A neighbor is described, and tries again sooner: no reason to reset its session."""
    router = testbed.stack.managed_routers[0]
    others = foreign(testbed.stack, router)
    neighbor = next(n.name for n in router.bgp.neighbors if n.name not in others)
    words = shlex.join([str(router.bgp.asn), str(neighbor), _DRILL_CONF])
    testbed.run(router.name, f"set -- {words}\n{_DESCRIBED.read_text()}")


def _reload_back(testbed: Testbed) -> None:
    testbed.run(
        testbed.stack.managed_routers[0].name,
        f"/usr/lib/frr/frr-reload.py --reload /etc/frr/frr.conf; rm -f {_DRILL_CONF}",
    )


def _backends(testbed: Testbed) -> list[tuple[str, str]]:
    """Pod and node of each ready backend of the Service."""
    service = testbed.stack.services[0]
    labels = ",".join(f"{key}={value}" for key, value in service.selector.items())
    pods = json.loads(testbed.kubectl("-n", service.namespace, "get", "pods", "-l", labels, "-o", "json"))["items"]
    return [
        (pod["metadata"]["name"], pod["spec"]["nodeName"])
        for pod in pods
        if any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))
        and "deletionTimestamp" not in pod["metadata"]
    ]


def _kill_backend(testbed: Testbed) -> None:
    pod, _ = _backends(testbed)[0]
    testbed.kubectl("-n", testbed.stack.services[0].namespace, "delete", "pod", pod, "--grace-period=0", "--force")


def _policy(value: str) -> Action:
    """Give the Service an externalTrafficPolicy; the routers have followed when this returns."""

    def act(testbed: Testbed) -> None:
        service = testbed.stack.services[0]
        patch = json.dumps({"spec": {"externalTrafficPolicy": value}})
        testbed.kubectl("-n", service.namespace, "patch", "service", service.name, "-p", patch)
        time.sleep(_FOLLOW)

    return act


def _move(testbed: Testbed) -> None:
    pod, node = _backends(testbed)[0]
    testbed.kubectl("cordon", node)
    testbed.kubectl("-n", testbed.stack.services[0].namespace, "delete", "pod", pod, "--wait=false")


def _uncordon(testbed: Testbed) -> None:
    testbed.kubectl("uncordon", *(node.name for node in testbed.stack.nodes))


DRILLS: tuple[Drill, ...] = (
    # Its routes go with the hold time.
    Drill(
        "node-lost",
        "the link of a node without pods of the Service goes silent",
        _streams(None),
        well,
        _lose,
        _find,
        during=32,
        after=15,
        prepare=_empty,
        restore=_uncordon,
        foresees=lambda stack: (f"node {_of(stack)}", "address", _asked(stack)),
    ),
    # Its pods stay backends until the API has missed the node for 40 s.
    Drill("node-lost-with-pods", "a node's link goes silent", _streams(65), well, _lose, _find, during=65, after=15),
    Drill(
        "second-router-lost",
        "the links of one of the nodes' routers go silent",
        _streams(None),
        well,
        _lose_router,
        _find_router,
        during=32,
        after=15,
        possible=lambda stack: len(_tops(stack)) > 1 and _asker(stack) not in _tops(stack),
        foresees=lambda stack: (f"router {_tops(stack)[-1].name}", "address", _asked(stack)),
    ),
    Drill(
        "node-link-down",
        "a node's link loses its carrier",
        _streams(50),
        well,
        lambda testbed: testbed.cut(_victim(testbed)),
        lambda testbed: testbed.join(_victim(testbed)),
        during=60,
        after=5,
    ),
    Drill(
        "agent-restart",
        "the Cilium agent of a node is restarted",
        _streams(0),
        well,
        lambda testbed: restart_agent(testbed, _victim(testbed)),
        nothing,
        during=5,
        after=25,
    ),
    Drill(
        "bgpd-killed",
        "the router's bgpd is killed, and watchfrr starts it again",
        _streams(5),
        well,
        _kill_bgpd,
        nothing,
        during=5,
        after=75,
    ),
    Drill(
        "operator-killed",
        "the Cilium operator is killed",
        _streams(0),
        well,
        _kill_operator,
        nothing,
        during=2,
        after=8,
    ),
    Drill(
        "api-server-down",
        "the API server stands still for a minute",
        _streams(0),
        well,
        _api_server("STOP"),
        _api_server("CONT"),
        during=60,
        after=5,
    ),
    # Each agent compiles its programs; on two cores a request may take too long meanwhile.
    Drill(
        "agents-rolled",
        "all Cilium agents are restarted, as an upgrade does",
        _streams(60, lost=5),
        well,
        restart_agents,
        nothing,
        during=5,
        after=60,
    ),
    # The new version compiles all of them anew.
    Drill(
        "agents-upgraded",
        "Cilium's operator and agents are upgraded, a few at a time",
        _streams(60, lost=10),
        well,
        upgrade,
        nothing,
        during=40,
        after=30,
        restore=back,
        upgrades=True,
    ),
    # Agents call a router that is back after their connect retry; the standard profile has two minutes.
    Drill(
        "router-rebooted", "the router loses power for 10 s", _streams(140), well, _reboot, _boot, during=10, after=140
    ),
    Drill(
        "frr-reload",
        "a neighbor's settings change with frr-reload",
        _streams(0),
        well,
        _reload,
        _reload_back,
        during=5,
        after=5,
    ),
    Drill(
        "backend-killed",
        "a pod behind the address is killed",
        _streams(1),
        well,
        _kill_backend,
        nothing,
        during=5,
        after=10,
    ),
    Drill(
        "pod-moved",
        "a pod moves to another node, externalTrafficPolicy Local",
        _streams(2),
        well,
        _move,
        _uncordon,
        during=10,
        after=10,
        prepare=_policy("Local"),
        restore=_policy("Cluster"),
    ),
)
