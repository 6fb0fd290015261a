"""A cause that is a guess from outside gives way to what a kernel says; every other cause stays."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

from config.errors import KUBELET_UNREACHABLE
from diagnosis.evidence import explained
from diagnosis.flows import of_verdict
from diagnosis.roots import Root, roots
from diagnosis.why.situation import Situation
from probes.host_filters import Drop
from probes.host_state import HostState, Link
from probes.observations import Observations
from probes.packets import AgentDrop, Capture
from probes.verdict import judged, unknown
from tests.diagnosis.test_flows import pod
from tests.diagnosis.test_host_evidence import WELL
from tests.probes.recorded import dev

LINKS = {
    "eth1": Link(True, 1500, "", frozenset({"192.168.10.200/24"})),
    "eth2": Link(True, 1500, "", frozenset({"192.168.20.200/24"})),
}
RULE = "-A INPUT -s 192.168.10.101/32 -p tcp -m tcp --dport 179 -j DROP"
DROPS = HostState(
    LINKS, drops=[Drop("filter", "INPUT", RULE, 12, ip_network("192.168.10.101/32"), None, "tcp", frozenset({179}))]
)
DOWN = judged("bgp-session", "cilium-w1 - cilium-r (router)", False, "Established", "Active", "cilium-r", "check it")
SILENT = unknown("bgp-session", "cilium-w1 - cilium-r (agent)", "established", "cilium-w1", "the kubelet is not there")


def told(root: Root, state: HostState) -> tuple[str, list[str]]:
    return explained(Situation(dev(), Observations()), root, {"cilium-r": state}, Capture())


def test_what_the_kernel_says_goes_before_the_guess() -> None:
    dropped = f"cilium-r drops it: INPUT, 12 packets by iptables {RULE}"
    assert told(Root(DOWN), DROPS)[0] == dropped
    assert told(Root(DOWN), HostState(LINKS))[0] == "check it"


def test_who_does_not_answer_keeps_its_cause() -> None:
    cause, lines = told(Root(SILENT), DROPS)
    assert cause == "the kubelet is not there" and any("drops it" in line for line in lines)


def test_what_keeps_the_api_server_from_a_kubelet_is_the_cause() -> None:
    silent = unknown("bgp-session", "cilium-w1 - cilium-r (agent)", "up", "cilium-w1", f"{KUBELET_UNREACHABLE} at x")
    cause, lines = told(Root(silent), DROPS)
    assert "drops it" in cause and lines[0] == f"{KUBELET_UNREACHABLE} at x"
    assert told(Root(silent), HostState(LINKS))[0] == f"{KUBELET_UNREACHABLE} at x"


def test_requests_to_an_address_pass_every_node() -> None:
    rule = "-A PREROUTING -p tcp -m tcp --dport 80 -j DROP"
    state = HostState(
        {"eth1": Link(True, 1500, "", frozenset({"192.168.10.102/24"}))},
        WELL,
        drops=[Drop("raw", "PREROUTING", rule, 12, None, None, "tcp", frozenset({80}))],
    )
    verdict = judged("vip-http", "webpod 172.16.1.1", False, "every backend", "2 of 3", "cilium-r", "not served")
    cause, _ = explained(Situation(dev(), Observations()), Root(verdict), {"cilium-w2": state}, Capture())
    assert cause.startswith("cilium-w2 drops it: raw PREROUTING, 12 packets")


def test_an_address_follows_from_the_pods_behind_it() -> None:
    pods = judged("pod-to-pod", "curl-pod -> webpod-1", False, "answer", "none", "cilium-ctr -> cilium-w2", "no route")
    vip = judged("vip-http", "webpod 172.16.1.1", False, "every backend", "2 of 3", "cilium-r", "not served")
    [root] = roots(dev(), [vip, pods])
    assert root.verdict is pods and root.follows == (vip,)


def test_where_packets_end_goes_before_the_guess_and_after_who_drops_them() -> None:
    curl, server = pod("curl-pod", "cilium-ctr", "172.20.0.9"), pod("webpod-1", "cilium-w1", "172.20.1.5")
    situation = Situation(dev(), Observations(objects={"pods": [curl, server]}))
    pods = judged("pod-to-pod", "curl-pod -> webpod-1", False, "answer", "none", "cilium-ctr -> cilium-w1", "no route")
    [flow] = of_verdict(situation, pods)
    seen = Capture((flow,), frozenset({"cilium-ctr"}))
    cause, lines = explained(situation, Root(pods), {}, seen)
    assert cause == "packets end in cilium-ctr: none leaves it" and lines[0].startswith("captured: none")
    dropped = (AgentDrop("cilium-w1", "172.20.0.9", ("172.20.1.5", 8080), "Policy denied"),)
    cause, lines = explained(situation, Root(pods), {}, replace(seen, drops=dropped))
    assert cause == "the agent on cilium-w1 drops 172.20.0.9 -> 172.20.1.5:8080: Policy denied" and len(lines) == 2
    # Of a flow that nobody tried nothing is known.
    assert explained(situation, Root(pods), {}, replace(seen, flows=())) == ("no route", [])


def test_what_was_dropped_of_packets_says_nothing_of_a_session() -> None:
    other = Capture(filtered={"cilium-w1": list(DROPS.drops)})
    cause, _ = explained(Situation(dev(), Observations()), Root(DOWN), {"cilium-r": DROPS}, other)
    assert cause.startswith("cilium-r drops it: INPUT")
