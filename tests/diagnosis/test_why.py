"""edge why on recorded answers: who announces, who does not, and the first thing that stands in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from config.errors import ConfigError
from diagnosis.evidence import explained
from diagnosis.roots import roots
from diagnosis.why.answers import answer
from diagnosis.why.situation import Situation
from diagnosis.why.steps import Step
from effective.peerings.expected import expected_sessions
from probes.packets import Capture
from probes.verify import control_plane
from tests.probes.recorded import NODES, dev, healthy, rib_route

Change = Callable[[Any], object]
WEBPOD = {"matchExpressions": [{"key": "app", "operator": "In", "values": ["webpod"]}]}


def situation() -> Situation:
    """The healthy answers, with the API's objects of BGP as the dev stack makes them."""
    observations = healthy()
    peer = {
        "name": "tor-switch",
        "peerAddress": "192.168.10.200",
        "peerASN": 65000,
        "peerConfigRef": {"name": "cilium-peer"},
    }
    observations.objects["CiliumBGPClusterConfig"][0]["spec"] = {
        "nodeSelector": {"matchLabels": {"enable-bgp": "true"}},
        "bgpInstances": [{"name": "instance-65001", "localASN": 65001, "peers": [peer]}],
    }
    observations.objects["CiliumBGPPeerConfig"][0]["spec"] = {
        "families": [{"afi": "ipv4", "safi": "unicast", "advertisements": {"matchLabels": {"advertise": "bgp"}}}]
    }
    observations.objects["nodes"] = [
        {"metadata": {"name": name, "labels": {"enable-bgp": "true"}}, "spec": {"podCIDRs": [f"172.20.{i}.0/24"]}}
        for i, name in enumerate(NODES)
    ]
    service = observations.objects["services"][0]
    service["metadata"]["labels"] = {"app": "webpod"}
    service["spec"] = {"type": "LoadBalancer", "externalTrafficPolicy": "Cluster", "clusterIPs": ["10.96.0.9"]}
    observations.objects["pods"] = [
        {
            "metadata": {"name": "webpod-1", "namespace": "default"},
            "spec": {"nodeName": "cilium-w1"},
            "status": {"phase": "Running", "podIP": "172.20.1.7", "conditions": [{"type": "Ready", "status": "True"}]},
        }
    ]
    observations.objects["advertisements"] = [
        {
            "metadata": {"name": "pods", "labels": {"advertise": "bgp"}},
            "spec": {"advertisements": [{"advertisementType": "PodCIDR"}]},
        },
        {
            "metadata": {"name": "lb", "labels": {"advertise": "bgp"}},
            "spec": {
                "advertisements": [
                    {"advertisementType": "Service", "selector": WEBPOD, "service": {"addresses": ["LoadBalancerIP"]}}
                ]
            },
        },
    ]
    return Situation(dev(), observations)


def asked(word: str, change: Change = lambda it: None) -> Step:
    it = situation()
    change(it)
    return answer(it, word, control_plane(it.stack, list(expected_sessions(it.stack)), it.observations), "dev")


def lines(step: Step) -> list[str]:
    return [step.text, *(line for each in step.steps for line in lines(each))]


def of(step: Step, host: str) -> Step:
    return next(each for each in step.steps if each.text.startswith(f"{host} ") or each.text.startswith(f"{host}:"))


def advertisement(it: Situation, name: str) -> Any:
    return next(one for one in it.observations.objects["advertisements"] if one["metadata"]["name"] == name)


def test_an_address_and_who_announces_it() -> None:
    found = asked("172.16.1.1")
    assert found.text == "172.16.1.1/32: an address of Service default/webpod" and not found.fails
    assert of(found, "cilium-w1").text == (
        "cilium-w1 announces it to 192.168.10.200: cilium-bgp > instance-65001 >"
        " tor-switch > cilium-peer > lb; the session is established"
    )
    assert "selected, by 192.168.10.100" in of(found, "cilium-r").text


# What is changed, the word that is asked for, the host whose step fails, and what it says.
CASES: dict[str, tuple[Change, str, str, str]] = {
    "the node has no label": (
        lambda it: it.observations.objects["nodes"][1]["metadata"].update(labels={}),
        "172.16.1.1",
        "cilium-w1",
        "no CiliumBGPClusterConfig selects the node (cilium-bgp wants enable-bgp=true)",
    ),
    "the peer config is gone": (
        lambda it: it.observations.objects["CiliumBGPPeerConfig"].clear(),
        "172.16.1.1",
        "cilium-w1",
        "CiliumBGPPeerConfig cilium-peer is not there",
    ),
    "no family carries anything": (
        lambda it: it.observations.objects["CiliumBGPPeerConfig"][0]["spec"].update(families=[{"afi": "ipv4"}]),
        "172.16.1.1",
        "cilium-w1",
        "no family ipv4 of cilium-peer selects advertisements",
    ),
    "the advertisement's own label": (
        lambda it: advertisement(it, "lb")["metadata"].update(labels={"advertise": "bpg"}),
        "172.16.1.1",
        "cilium-w1",
        "lb matches it and has advertise=bpg, but cilium-peer selects advertise=bgp",
    ),
    "the advertisement's selector": (
        lambda it: it.observations.objects["services"][0]["metadata"].update(labels={"app": "wbpod"}),
        "172.16.1.1",
        "cilium-w1",
        "lb: its selector (app In (webpod)) does not match the Service (app=wbpod",
    ),
    "another kind of address": (
        lambda it: None,
        "10.96.0.9",
        "cilium-w1",
        "lb: it names LoadBalancerIP, and the address is a ClusterIP",
    ),
    "the session is down": (
        lambda it: it.observations.agents["cilium-w1"][0].update({"session-state": "active"}),
        "172.16.1.1",
        "cilium-w1",
        "the session is active",
    ),
    "no PodCIDR is announced": (
        lambda it: it.observations.objects["advertisements"].pop(0),
        "172.20.1.0/24",
        "cilium-w1",
        "carries no advertisement that matches it",
    ),
    "another source's route wins": (
        lambda it: it.observations.routers["cilium-r"]["rib"]["172.16.1.1/32"][0].update(selected=False),
        "172.16.1.1",
        "cilium-r",
        "another source's wins",
    ),
    "the kernel has it not": (
        lambda it: it.observations.routers["cilium-r"].update(fib=[]),
        "172.20.1.0/24",
        "cilium-r",
        "the kernel has no such route",
    ),
    "the router has it not": (
        lambda it: it.observations.routers["cilium-r"]["rib"].pop("172.20.1.0/24"),
        "172.20.1.0/24",
        "cilium-r",
        "has no route to it from BGP",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_stands_in_the_way(case: str) -> None:
    change, word, host, words = CASES[case]
    step = of(asked(word, change), host)
    assert step.holds is False and words in step.text, step.text


def test_local_nodes_without_a_pod_are_told_and_are_no_fault() -> None:
    def local(it: Situation) -> None:
        it.observations.objects["services"][0]["spec"]["externalTrafficPolicy"] = "Local"
        hops = [address for name, address in NODES.items() if name != "cilium-ctr"]
        it.observations.routers["cilium-r"]["rib"]["172.16.1.1/32"] = rib_route("172.16.1.1/32", hops)

    step = of(asked("172.16.1.1", local), "cilium-ctr")
    assert step.holds is None and "externalTrafficPolicy is Local, and no ready Pod" in step.text


def test_a_service_a_node_and_a_pod() -> None:
    service = lines(asked("webpod"))
    assert service[0] == "Service default/webpod, LoadBalancer, externalTrafficPolicy Cluster"
    assert "LB-IPAM gave it 172.16.1.1" in service and "3 ready Pods behind it" in service
    node = lines(asked("node/cilium-w1"))
    assert "session with 192.168.10.200: established" in node
    assert any(line.startswith("PodCIDR 172.20.1.0/24: cilium-w1 announces it") for line in node)
    pod = lines(asked("pod/webpod-1"))
    assert pod[1] == "ready, on cilium-w1, 172.20.1.7" and "172.20.1.0/24: the PodCIDR of cilium-w1" in pod
    assert pod[-1] == "answers for Service default/webpod (172.16.1.1, 10.96.0.9)"


def test_an_agent_that_does_not_answer_is_not_known() -> None:
    step = of(asked("172.16.1.1", lambda it: it.observations.agents.pop("cilium-w1")), "cilium-w1")
    assert step.holds is None and "its agent does not answer" in step.text


def test_networks_links_and_what_nobody_has() -> None:
    assert lines(asked("10.10.1.0/24"))[0] == "10.10.1.0/24: a network of cilium-r"
    assert lines(asked("192.168.20.0/24"))[0] == "192.168.20.0/24: a link of cilium-r"
    assert lines(asked("203.0.113.9"))[0] == "203.0.113.9/32: nothing of this stack"


def test_an_ipv6_address_and_prefix_are_explained() -> None:
    def dual(it: Situation) -> None:
        it.observations.objects["services"][0]["spec"]["clusterIPs"].append("fd00:10:96::9")
        it.observations.objects["services"][0]["status"]["loadBalancer"]["ingress"].append({"ip": "fd00:172::1"})
        for i, node in enumerate(it.observations.objects["nodes"]):
            node["spec"]["podCIDRs"].append(f"fd00:172:20:{i}::/64")

    def carried(it: Situation) -> None:
        dual(it)
        families = it.observations.objects["CiliumBGPPeerConfig"][0]["spec"]["families"]
        families.append({**families[0], "afi": "ipv6"})

    def covered(it: Situation) -> None:
        dual(it)
        it.observations.routers["cilium-r"]["rib"]["fd00:172::/64"] = rib_route("fd00:172::/64", ["fd00::101"])

    found = asked("fd00:172::1", dual)
    assert found.text == "fd00:172::1/128: an address of Service default/webpod"
    without = of(found, "cilium-w1")
    assert without.holds is False and "no family ipv6 of cilium-peer selects advertisements" in without.text
    assert "cilium-w1 announces it to 192.168.10.200" in of(asked("fd00:172::1", carried), "cilium-w1").text
    router = of(found, "cilium-r")
    assert (router.holds, router.text) == (False, "cilium-r has no route to it from BGP")
    assert of(asked("fd00:172::1", covered), "cilium-r").text == (
        "cilium-r has no route to it, and one to fd00:172::/64"
    )
    assert asked("fd00:172:20:1::/64", dual).text == "fd00:172:20:1::/64: the PodCIDR of cilium-w1"
    assert asked("FD00:172:20:1::7", dual).text == "fd00:172:20:1::7/128: in the PodCIDR of cilium-w1"
    assert asked("fd00::1").text == "fd00::1/128: nothing of this stack"
    assert "fd00:172::1" in lines(asked("webpod", dual))
    assert any(line.startswith("PodCIDR fd00:172:20:1::/64: ") for line in lines(asked("node/cilium-w1", dual)))


def test_host_bits_are_left_out() -> None:
    assert asked("172.20.1.7/24").text == "172.20.1.0/24: the PodCIDR of cilium-w1"
    assert asked("prefix/fd00::1/64").text == "fd00::/64: nothing of this stack"


def test_a_name_that_nothing_has_is_one_line() -> None:
    with pytest.raises(ConfigError, match="why: expected an address, a prefix, or the name of a Service"):
        asked("nobody")
    with pytest.raises(ConfigError):
        asked("node/webpod")


def test_a_link_that_takes_smaller_packets_is_told_beside_a_node_that_does_not_answer() -> None:
    def silent(it: Situation) -> None:
        it.observations.agents.pop("cilium-w3")
        it.observations.errors["cilium-w3"] = "the API server does not reach the kubelet"

    for mtus, told in (({"eth1": 1500, "eth2": 1000}, True), ({"eth1": 1500, "eth2": 1500}, False), ({}, False)):
        it = situation()
        silent(it)
        it.observations.mtus["cilium-r"] = mtus
        rows = control_plane(it.stack, list(expected_sessions(it.stack)), it.observations)
        # The objects of this file have the parts that its answers need.
        verdicts = [row for row in rows if row.check != "declared"]
        [root] = roots(it.stack, verdicts)
        _, lines = explained(it, root, {}, Capture())
        assert any("eth2 of cilium-r has MTU 1000, others of its links 1500" in line for line in lines) is told, lines
