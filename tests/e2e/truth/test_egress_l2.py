"""Egress gateways and L2 announcements: a client pod for each policy, a Service for each announcement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

from tests.e2e.harness import Edge
from tests.e2e.truth.case import Deployment, Mistake, RuleLab, mistakes_of, twins_of
from tests.e2e.truth.looks import NODES, Look, View, answers, given_and_announced, given_and_not_announced, resolved
from tests.e2e.truth.parts import add_service, host

SERVER = "192.168.20.200"
CLIENTS = ("good", "both", "net0", "absent", "nobody", "two", "apart", "inside", "empty")
_MIRROR = f"""
import http.server

class Mirror(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.client_address[0].encode())

    def log_message(self, *words):
        pass

http.server.ThreadingHTTPServer(("{SERVER}", 8080), Mirror).serve_forever()
"""

# --- who leaves with which address: the router answers with the one that it sees ---


def egress(stack: Any, client: str, **gateway: Any) -> Any:
    """A policy for one client pod's way to the server."""
    policy = {
        "name": client,
        "selectors": [{"podSelector": {"matchLabels": {"client": client}}}],
        "destinationCIDRs": [f"{SERVER}/32"],
        "egressGateway": gateway,
    }
    stack.setdefault("egressPolicies", []).append(policy)
    return policy


@lru_cache(maxsize=1)
def sources(view: View) -> dict[str, str]:
    """Client -> the address that it leaves with, nothing where no answer comes."""
    one = f"echo $c $(kubectl exec $c -- curl -s -m 2 http://{SERVER}:8080/)"
    script = f"for c in {' '.join(CLIENTS)}; do {one} 2>/dev/null & done; wait"
    shown = view.edge.on("mgmt", script).splitlines()
    return {line.split()[0]: " ".join(line.split()[1:]) for line in shown}


def leaves_with(client: str, node: str | None) -> Look:
    """The address that a client pod leaves with; None: it does not get out."""
    wanted = NODES[node] if node else ""
    return lambda view: (
        view.object("Pod", client).get("status", {}).get("phase") == "Running" and sources(view)[client] == wanted
    )


def both_addresses(stack: Any) -> None:
    egress(stack, "both", nodeSelector=host("cilium-w2"), interface="eth1", egressIP=NODES["cilium-w2"])


def interface_that_is_not_there(stack: Any) -> None:
    egress(stack, "net0", nodeSelector=host("cilium-w2"), interface="net0")


def address_that_is_not_there(stack: Any) -> None:
    egress(stack, "absent", nodeSelector=host("cilium-w2"), egressIP="192.168.10.199")


def gateway_that_is_not_there(stack: Any) -> None:
    egress(stack, "nobody", nodeSelector={"matchLabels": {"egress-gw": "true"}}, interface="eth1")


def two_gateways(stack: Any) -> None:
    egress(stack, "two", nodeSelector=host("cilium-w3", "cilium-w1"), interface="eth1")


def exclusion_elsewhere(stack: Any) -> None:
    egress(stack, "apart", nodeSelector=host("cilium-w2"), interface="eth1")["excludedCIDRs"] = ["10.0.0.0/8"]


def selects_nobody(stack: Any) -> None:
    egress(stack, "empty", nodeSelector=host("cilium-w2"), interface="eth1")["selectors"] = []


# --- who answers ARP for a Service's address ---


def linked(stack: Any, name: str, **policy: Any) -> Any:
    """A Service with an address on the nodes' link, and a policy that announces it there."""
    labels = {"app": name, "pool": "link"}
    # Nodes of the link alone: a leader on another link answers nobody.
    whole = {
        "name": name,
        "interfaces": ["^eth1$"],
        "loadBalancerIPs": True,
        "nodeSelector": host("cilium-w1"),
        "serviceSelector": {"matchLabels": {"app": name}},
        **policy,
    }
    stack.setdefault("l2Policies", []).append(whole)
    return add_service(stack, name, labels=labels)


def nothing_announced(stack: Any) -> None:
    linked(stack, "nothing", loadBalancerIPs=False)


def other_interfaces(stack: Any) -> None:
    linked(stack, "elsewhere", interfaces=["^enp"])


def node_without_the_label(stack: Any) -> None:
    linked(stack, "nowhere", nodeSelector={"matchLabels": {"edge": "yes"}})


def local_behind_l2(stack: Any) -> None:
    stack["workloads"].append(
        {"name": "lonely", "image": "traefik/whoami", "labels": {"app": "lonely"}, "node": "cilium-w1", "port": 80}
    )
    linked(stack, "local", nodeSelector=host("cilium-w2")).update(
        externalTrafficPolicy="Local", selector={"app": "lonely"}
    )


def class_of_l2(stack: Any) -> None:
    add_service(stack, "classy", app="webpod", loadBalancerClass="io.cilium/l2-announcer")


def class_of_bgp(stack: Any) -> None:
    add_service(stack, "by-bgp", app="webpod", loadBalancerClass="io.cilium/bgp-control-plane")


def holder(view: View, service: str) -> str:
    """Who announces a Service, if anybody does."""
    shown = view.edge.kubectl("-n", "kube-system", "get", "leases", "-o", "json")
    leases = {item["metadata"]["name"]: item["spec"].get("holderIdentity") or "" for item in json.loads(shown)["items"]}
    return leases.get(f"cilium-l2announce-default-{service}", "")


def silent(service: str) -> Look:
    """A Service has an address, and nobody on the link answers for it."""
    return lambda view: bool(given := view.addresses(service)) and not resolved(view.edge, "cilium-r", given[0])


def no_lease(service: str) -> Look:
    return lambda view: bool(view.addresses(service)) and holder(view, service) == ""


def served(service: str, answered: bool, leader: str) -> Look:
    """A node answers ARP for a Service, and requests are answered, or none is."""
    return lambda view: (
        bool(given := view.addresses(service))
        and holder(view, service) == leader
        and resolved(view.edge, "cilium-r", given[0])
        and answers(view.edge, "cilium-r", given[0], 3) == (3 if answered else 0)
    )


def features(stack: Any) -> None:
    """Clients, a pool on the link, and what is right: a gateway, an exclusion that counts, an announcement."""
    values = stack["cilium"]["values"]
    # Without the operator's restart nobody registers the new kinds, and restarted agents wait for them.
    values["rollOutCiliumPods"] = values["operator"]["rollOutPods"] = True
    for client in CLIENTS:
        stack["workloads"].append(
            {
                "name": client,
                "image": "nicolaka/netshoot",
                "command": ["sleep", "infinity"],
                "labels": {"client": client},
                "node": "cilium-ctr",
            }
        )
    stack["pools"][0]["serviceSelector"] = {"matchExpressions": [{"key": "pool", "operator": "DoesNotExist"}]}
    stack["pools"].append(
        {
            "name": "link",
            "blocks": [{"start": "192.168.10.240", "stop": "192.168.10.250"}],
            "serviceSelector": {"matchLabels": {"pool": "link"}},
        }
    )
    linked(stack, "linked")
    class_of_bgp(stack)
    egress(stack, "good", nodeSelector=host("cilium-w2"), interface="eth1")
    inside = egress(stack, "inside", nodeSelector=host("cilium-w2"), interface="eth1")
    inside.update(destinationCIDRs=["192.168.20.0/24"], excludedCIDRs=[f"{SERVER}/32"])


FEATURES = Deployment(
    "features",
    base=features,
    mistakes=(
        Mistake(
            "G4", both_addresses, (leaves_with("both", "cilium-ctr"),), ("both", "both an interface and an egressIP")
        ),
        Mistake(
            "G5",
            interface_that_is_not_there,
            (leaves_with("net0", None),),
            ("net0", "cilium-w2 has no interface net0"),
            frozenset({"G7"}),
        ),
        Mistake(
            "G6",
            address_that_is_not_there,
            (leaves_with("absent", None),),
            ("absent", "192.168.10.199 is on no interface of cilium-w2"),
        ),
        Mistake("G8", gateway_that_is_not_there, (leaves_with("nobody", None),), ("nobody", "no node has the labels")),
        # Here the lab does what the stack says, though its author meant something else.
        Mistake("G9", two_gateways, (leaves_with("two", "cilium-w1"),)),
        Mistake("G11", exclusion_elsewhere, (leaves_with("apart", "cilium-w2"),)),
        Mistake("G13", selects_nobody, (leaves_with("empty", "cilium-ctr"),), ("empty", "selects no pod")),
        Mistake("B31", class_of_l2, (given_and_not_announced("classy"),), ("classy", "which BGP leaves alone")),
        Mistake(
            "L2",
            nothing_announced,
            (silent("nothing"), no_lease("nothing")),
            ("nothing", "announces no LoadBalancer addresses"),
        ),
        Mistake("L3", other_interfaces, (silent("elsewhere"),), ("elsewhere", "no device of cilium-w1 matches")),
        Mistake(
            "L6", local_behind_l2, (served("local", False, "cilium-w2"),), ("local", "cilium-w2 has no ready backend")
        ),
        Mistake(
            "L7",
            node_without_the_label,
            (silent("nowhere"), no_lease("nowhere")),
            ("nowhere", "no node has the labels"),
        ),
    ),
    well=(
        ("a-gateway", leaves_with("good", "cilium-w2")),
        ("G11", leaves_with("inside", "cilium-ctr")),
        ("B31", given_and_announced("by-bgp")),
        ("an-announcement", served("linked", True, "cilium-w1")),
    ),
)


@pytest.fixture(scope="module")
def rule_lab(lab: Edge) -> Iterator[RuleLab]:
    lab.on("cilium-r", "cat > /tmp/mirror.py", stdin=_MIRROR)
    lab.on("cilium-r", "setsid python3 /tmp/mirror.py >/dev/null 2>&1 & echo $! > /tmp/mirror.pid")
    yield RuleLab(lab, (FEATURES,))
    lab.on("cilium-r", "kill $(cat /tmp/mirror.pid)", ok=False)


@mistakes_of(FEATURES)
def test_the_mistake_does_what_its_page_says(rule_lab: RuleLab, deployment: Deployment, mistake: Mistake) -> None:
    rule_lab.check(deployment, mistake)


@twins_of(FEATURES)
def test_beside_it_the_good_twin_works(rule_lab: RuleLab, deployment: Deployment, look: Look) -> None:
    assert look in rule_lab.show(deployment).true


def test_what_is_right_is_green_beside_all_that(rule_lab: RuleLab) -> None:
    red = {subject for subject, _ in rule_lab.show(FEATURES).verdicts}
    assert not {"linked", "good", "inside", "two", "apart"} & red


def test_g10_the_api_wants_the_single_gateway(rule_lab: RuleLab) -> None:
    rule_lab.show(FEATURES)

    def list_of_gateways_alone(stack: Any) -> None:
        features(stack)
        policy = egress(stack, "empty", nodeSelector=host("cilium-w2"), interface="eth1")
        policy["egressGateways"] = [policy.pop("egressGateway")]
        stack["waivers"] = [{"rule": "G10", "reason": "the lab shows what happens then"}]

    rule_lab.edge.change(list_of_gateways_alone)
    done = rule_lab.edge.run("up", ok=False)
    assert done.returncode == 1
    assert "egressGateway" in done.stderr
