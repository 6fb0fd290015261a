"""Sessions that are up and do not announce what was meant."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.harness import Edge, until
from tests.e2e.truth.case import Deployment, Mistake, RuleLab, heal, mistakes_of, twins_of
from tests.e2e.truth.looks import (
    ALL,
    NODES,
    PODS,
    VIP,
    Look,
    View,
    answers,
    given_and_announced,
    given_and_not_announced,
    healthy,
    session_up,
    told,
)
from tests.e2e.truth.parts import add_service, advertise, peer_config, router


def shared(stack: Any) -> Any:
    return stack["bgp"]["clusterConfigs"][0]["instances"][0]


def no_service_selector(stack: Any) -> None:
    advertise(stack, "seven")
    add_service(stack, "seven")


def selector_of_the_pods(stack: Any) -> None:
    advertise(stack, "eight", selector={"matchLabels": {"app": "eight"}})
    add_service(stack, "eight", labels={}, selector={"app": "eight"})


def cluster_ip(stack: Any) -> None:
    stack["bgp"]["advertisements"][1]["advertisements"][0]["addresses"].append("ClusterIP")


def announced_and_not_served(view: View) -> bool:
    address = view.object("Service", "webpod").get("spec", {}).get("clusterIP")
    return address in view.routes and answers(view.edge, "cilium-r", address, 20) == 0


def aggregate_of_local(stack: Any) -> None:
    advertise(stack, "nine", selector={"matchLabels": {"app": "nine"}}, aggregationLength=24)
    add_service(stack, "nine", externalTrafficPolicy="Local")


def younger_cluster_config(stack: Any) -> None:
    younger = copy.deepcopy(stack["bgp"]["clusterConfigs"][0])
    younger["name"] = "younger"
    younger["instances"][0]["peers"][0]["asn"] = 65010
    stack["bgp"]["clusterConfigs"].append(younger)


def no_return_routes(stack: Any) -> None:
    stack["bgp"]["returnRoutes"] = "off"


def pods_are_apart(view: View) -> bool:
    """The router reaches every pod; the client's pod reaches none on another node."""
    script = "; ".join(f"curl -s -o /dev/null -m 1 http://{ip} && echo yes" for ip in view.pod_addresses("webpod"))
    outside = view.edge.on("cilium-r", f"{script}; true")
    return outside.count("yes") == 3 and "yes" not in view.in_pod("curl-pod", script)


def two_asns_without_relax(stack: Any) -> None:
    router(stack)["multipathRelax"] = False
    one = {"name": "instance-65001", "localASN": 65002}
    stack["bgp"]["nodeOverrides"] = [{"node": "cilium-w1", "instances": [one]}]


def one_as_alone(view: View) -> bool:
    return view.routes.get(VIP) in (ALL - {NODES["cilium-w1"]}, {NODES["cilium-w1"]})


def network_of_nobody(stack: Any) -> None:
    router(stack)["networks"].append("10.99.0.0/24")


def own_networks(*expected: str) -> Look:
    """Which of the two networks of the stack a node is told."""

    def look(view: View) -> bool:
        command = "vtysh -c 'show bgp ipv4 unicast neighbors 192.168.10.102 advertised-routes'"
        return set(view.edge.on("cilium-r", command).split()) & {"10.10.1.0/24", "10.99.0.0/24"} == set(expected)

    return look


# --- a peer behind the router: what arrives there is written down, by the address that was asked for ---

NEAR_TTL, FAR_TTL = "10.98.0.2", "10.98.0.3"


def peer_behind_the_router(stack: Any) -> None:
    """One without multihop, and its good twin."""
    stack["bgp"]["peerConfigs"].append({**copy.deepcopy(peer_config(stack)), "name": "one-hop"})
    del stack["bgp"]["peerConfigs"][-1]["ebgpMultihop"]
    for address, ref in ((NEAR_TTL, "one-hop"), (FAR_TTL, "cilium-peer")):
        shared(stack)["peers"].append({"name": ref, "asn": 65100, "address": address, "peerConfigRef": ref})


def arrived(view: View) -> bool:
    return set(view.edge.on("cilium-r", "cat /tmp/asked").split()) == {FAR_TTL}


_FAR_SIDE = f"""
set -e
ip netns add far
ip link add far0 type veth peer name far1 netns far
ip addr add 10.98.0.1/29 dev far0
ip link set far0 up
ip -n far addr add {NEAR_TTL}/29 dev far1
ip -n far addr add {FAR_TTL}/29 dev far1
ip -n far link set far1 up
ip -n far route add default via 10.98.0.1
: > /tmp/asked
cat > /tmp/far.py
setsid ip netns exec far python3 /tmp/far.py >/dev/null 2>&1 &
echo $! > /tmp/far.pid
"""
_LISTENER = """
import socket

server = socket.create_server(("", 179))
while True:
    connection, _ = server.accept()
    with open("/tmp/asked", "a") as file:
        print(connection.getsockname()[0], file=file)
    connection.close()
"""

ANNOUNCED = Deployment(
    "announced",
    mistakes=(
        Mistake(
            "B7",
            no_service_selector,
            (given_and_not_announced("seven"),),
            ("seven", "seven has no selector, which selects nothing"),
        ),
        Mistake(
            "B8",
            selector_of_the_pods,
            (given_and_not_announced("eight"),),
            ("eight", "no advertisement's selector matches the Service's own labels"),
        ),
        Mistake(
            "B13",
            peer_behind_the_router,
            (arrived,),
            (f"cilium-w1 - {NEAR_TTL} (agent)", "packets go one hop without ebgpMultihop"),
        ),
        # The older one wins: the younger one's wrong AS number does no harm.
        Mistake(
            "B17",
            younger_cluster_config,
            (told("CiliumBGPClusterConfig", "younger", "ConflictingClusterConfig"), session_up("cilium-w2")),
            ("younger", "CiliumBGPClusterConfig younger"),
            frozenset({"B1"}),
        ),
        Mistake("B28", two_asns_without_relax, (one_as_alone,), (VIP + "/32", "multipath-relax")),
        Mistake(
            "B29",
            aggregate_of_local,
            (given_and_announced("nine", ALL - {NODES["cilium-ctr"]}), lambda view: "172.16.1.0/24" not in view.routes),
        ),
        Mistake(
            "R4", network_of_nobody, (own_networks("10.10.1.0/24"),), ("10.99.0.0/24", "import check"), unseen=True
        ),
    ),
)

# What packets alone show; verify sends them where the control plane is well.
UNSERVED = Deployment(
    "unserved",
    mistakes=(
        Mistake(
            "B24",
            no_return_routes,
            (session_up("cilium-ctr"), session_up("cilium-w3"), pods_are_apart),
            ("curl-pod -> webpod-*", "no route back"),
        ),
        Mistake("B33", cluster_ip, (announced_and_not_served,), ("webpod 10.*", "only with bpf.lbExternalClusterIP")),
    ),
)


# --- the good twins of all these, in one stack that the rules have nothing to say about ---


def good_twins(stack: Any) -> None:
    advertise(stack, "seven", selector={"matchLabels": {"app": "seven"}})
    add_service(stack, "seven")
    advertise(stack, "eight", selector={"matchLabels": {"app": "eight"}})
    add_service(stack, "eight")
    advertise(stack, "nine", selector={"matchLabels": {"app": "nine"}}, aggregationLength=24)
    add_service(stack, "nine")
    two_asns_without_relax(stack)
    router(stack)["multipathRelax"] = True
    network_of_nobody(stack)
    router(stack)["importCheck"] = False


def aggregated(view: View) -> bool:
    return view.routes.get("172.16.1.0/24") == ALL and not set(view.addresses("nine")) & set(view.routes)


TWINS = Deployment(
    "twins",
    mistakes=(),
    base=good_twins,
    well=(
        ("B7", given_and_announced("seven")),
        ("B8", given_and_announced("eight")),
        ("B28", lambda view: view.routes.get(VIP) == ALL),
        ("B29", aggregated),
        ("R4", own_networks("10.10.1.0/24", "10.99.0.0/24")),
    ),
)


@pytest.fixture(scope="module")
def rule_lab(lab: Edge) -> Iterator[RuleLab]:
    lab.on("cilium-r", _FAR_SIDE, stdin=_LISTENER)
    for node in NODES:
        lab.on(node, f"ip route replace 10.98.0.0/29 via 192.168.{20 if node == 'cilium-w3' else 10}.200")
    try:
        yield RuleLab(lab, (ANNOUNCED, UNSERVED))
    finally:
        for node in NODES:
            lab.on(node, "ip route del 10.98.0.0/29", ok=False)
        lab.on("cilium-r", "kill $(cat /tmp/far.pid); ip netns del far", ok=False)


@mistakes_of(ANNOUNCED, UNSERVED)
def test_the_mistake_does_what_its_page_says(rule_lab: RuleLab, deployment: Deployment, mistake: Mistake) -> None:
    rule_lab.check(deployment, mistake)


@twins_of(TWINS)
def test_the_good_twin_works(rule_lab: RuleLab, deployment: Deployment, look: Look) -> None:
    shown = rule_lab.show(deployment)
    assert shown.plan.returncode == 0 and "warning" not in shown.plan.stderr
    assert look in shown.true


def test_b16_routes_go_and_come_back_with_the_agent(lab: Edge) -> None:
    """One second: an agent whose image is there is back with its sessions after two or three."""

    def short(stack: Any) -> None:
        peer_config(stack)["gracefulRestart"] = 1

    def promised(view: View) -> bool:
        timers = view.neighbors["cilium-w1"].get("gracefulRestartInfo", {}).get("timers", {})
        return healthy(view) and timers.get("receivedRestartTimer") == 1

    lab.change(short)
    assert "B16 " in lab.run("plan").stderr
    heal(lab, short, promised)
    there = f"ip route show {PODS['cilium-w1']} | grep -q via"
    script = f"for i in $(seq 600); do {there} || exec echo gone; sleep 0.1; done"
    watcher = lab.start("lab", "exec", "cilium-r", "--", "sh", "-c", script)
    lab.kubectl(
        "-n",
        "kube-system",
        "delete",
        "pod",
        "-l",
        "k8s-app=cilium",
        "--wait=false",
        "--field-selector=spec.nodeName=cilium-w1",
    )
    assert "gone" in watcher.communicate(timeout=120)[0]
    until(lambda: healthy(View(lab)), 120, "its routes come back with it")
