"""What FRR makes of a configuration that says something else than it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.harness import Edge
from tests.e2e.truth.case import Deployment, Mistake, RuleLab, mistakes_of, twins_of
from tests.e2e.truth.looks import NODES, PODS, VIP, Look, View
from tests.e2e.truth.parts import neighbor, router


def too_many_paths(stack: Any) -> None:
    router(stack)["maximumPaths"] = 256


def wide_keepalive(stack: Any) -> None:
    neighbor(stack, "cilium-w1")["timers"] = {"keepalive": 5, "hold": 9}


def internal_multihop(stack: Any) -> None:
    router(stack)["neighbors"].append({"address": "192.0.2.1", "remoteAs": "internal", "ebgpMultihop": 2})


def next_hop_off_link(stack: Any) -> None:
    stack["routers"][0]["staticRoutes"] = [{"to": "10.97.0.0/16", "via": "203.0.113.1"}]


def short_hold(stack: Any) -> None:
    neighbor(stack, "cilium-w2")["timers"] = {"keepalive": 1, "hold": 3}


def policy_by_default(stack: Any) -> None:
    del router(stack)["ebgpRequiresPolicy"]


def never_taken(line: str) -> Look:
    """FRR is given the line, and does not have it."""
    return lambda view: line in view.written and line not in view.running


def in_force(line: str) -> Look:
    return lambda view: line in view.running


def timers(node: str, hold: int, keepalive: int) -> Look:
    """What a session agreed on."""

    def look(view: View) -> bool:
        seen = view.neighbors[node]
        agreed = seen.get("bgpTimerHoldTimeMsecs"), seen.get("bgpTimerKeepAliveIntervalMsecs")
        return view.up(node) and agreed == (hold * 1000, keepalive * 1000)

    return look


def not_installed(view: View) -> bool:
    shown = view.edge.on("cilium-r", "ip route show 10.97.0.0/16")
    return "ip route 10.97.0.0/16 203.0.113.1" in view.running and shown == ""


def discarded(view: View) -> bool:
    """The session is up, and nothing that comes in is taken."""
    families = [view.neighbors[node].get("addressFamilyInfo", {}).get("ipv4Unicast", {}) for node in NODES]
    return (
        all(view.up(node) for node in NODES)
        and all(family.get("inboundEbgpRequiresPolicy") for family in families)
        and view.routes == {}
    )


def new_sessions(edge: Edge) -> None:
    """Routes and timers from before stay until their session ends."""
    edge.on("cilium-r", "vtysh -c 'clear bgp *'")


ROUTER = Deployment(
    "router",
    after=new_sessions,
    mistakes=(
        Mistake("R1", too_many_paths, (never_taken("  maximum-paths 256"),), ("cilium-r", "maximum-paths 256")),
        Mistake(
            "R2",
            wide_keepalive,
            (in_force(" neighbor 192.168.10.101 timers 3 9"), timers("cilium-w1", 9, 3)),
            ("cilium-r", "neighbor 192.168.10.101 timers 5 9"),
        ),
        Mistake(
            "R3",
            internal_multihop,
            (never_taken(" neighbor 192.0.2.1 ebgp-multihop 2"),),
            ("cilium-r", "neighbor 192.0.2.1 ebgp-multihop 2"),
        ),
        Mistake("R5", next_hop_off_link, (not_installed,), ("10.97.0.0/16", "203.0.113.1 is on no link")),
        Mistake("R7", short_hold, (timers("cilium-w2", 3, 1),)),
        Mistake("B27", policy_by_default, (discarded,), ("172.20.1.0/24", "without an inbound policy")),
    ),
    well=(("an-end-without-timers-of-its-own", timers("cilium-w3", 9, 3)),),
)


def policies(stack: Any) -> None:
    """What FRR asks for by default: a policy for every neighbor, each with an effect that is to be seen."""
    bgp = router(stack)
    del bgp["ebgpRequiresPolicy"]
    bgp["prefixLists"] = [
        {"name": "PODS", "entries": [{"prefix": "172.20.0.0/16", "ge": 24, "le": 24}]},
        {"name": "VIPS", "entries": [{"prefix": "172.16.1.0/24", "le": 32}]},
    ]
    bgp["routeMaps"] = [
        {
            "name": "NODES-IN",
            "entries": [
                {
                    "match": {"prefixList": "PODS"},
                    "set": {"localPreference": 200, "communities": ["65000:7", "no-export"]},
                },
                {"match": {"prefixList": "VIPS"}, "set": {"med": 5, "asPathPrepend": [65009]}},
            ],
        }
    ]
    bgp["peerGroups"][0]["routeMapIn"] = "NODES-IN"


def exact_list(stack: Any) -> None:
    router(stack)["prefixLists"][1]["entries"] = [{"prefix": "172.16.1.0/24"}]


def vip_is_denied(view: View) -> bool:
    return f"{VIP}/32" not in view.paths and all(view.up(node) for node in NODES)


def pods_by_policy(view: View) -> bool:
    """Every PodCIDR is there, with what was set."""
    paths = [path for prefix in PODS.values() for path in view.paths.get(prefix, [])]
    return len(paths) == len(PODS) and all(path.get("locPrf") == 200 for path in paths)


POLICY = Deployment(
    "policy",
    base=policies,
    after=new_sessions,
    mistakes=(Mistake("B40", exact_list, (vip_is_denied,)),),
    well=(("pods-by-policy", pods_by_policy),),
)


@pytest.fixture(scope="module")
def rule_lab(lab: Edge) -> Iterator[RuleLab]:
    yield RuleLab(lab, (ROUTER, POLICY))
    new_sessions(lab)


@mistakes_of(ROUTER, POLICY)
def test_the_mistake_does_what_its_page_says(rule_lab: RuleLab, deployment: Deployment, mistake: Mistake) -> None:
    rule_lab.check(deployment, mistake)


@twins_of(ROUTER, POLICY)
def test_beside_it_the_good_twin_works(rule_lab: RuleLab, deployment: Deployment, look: Look) -> None:
    assert look in rule_lab.show(deployment).true
