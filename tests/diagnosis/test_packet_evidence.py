"""Where packets end, by what hosts captured: at a host, on a link, behind an address, or on their way back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.load import parse
from diagnosis.packet_evidence import of_agents, of_packets
from probes.packets import AgentDrop, Capture, Flow, Packet
from tests.probes.recorded import dev
from tests.probes.test_egress import DOCUMENT

POD, VIP = ("172.20.3.2", 80), ("172.16.1.1", 80)
TO_POD = Flow({}, "cilium-ctr", *POD, ends=frozenset({"cilium-w3"}))
NODES = ("cilium-ctr", "cilium-w1", "cilium-w2", "cilium-w3")
TO_VIP = Flow("cilium-r", "cilium-r", *VIP, ends=frozenset(NODES), behind={POD: "cilium-w3"})
ALL = frozenset({"cilium-r", *NODES})
CLIENT, ROUTER = ("172.20.0.47", 5000), ("192.168.20.200", 6000)
# As the dev stack is wired: eth1 of the router leads to cilium-ctr, w1 and w2, eth2 to cilium-w3.
THERE = ["cilium-ctr eth1 >", "cilium-r eth1 <", "cilium-r eth2 >", "cilium-w3 eth1 <"]
BACK = ["cilium-w3 eth1 >", "cilium-r eth2 <", "cilium-r eth1 >", "cilium-ctr eth1 <"]


def packets(steps: list[str], source: tuple[str, int], to: tuple[str, int], *, times: int = 2) -> tuple[Packet, ...]:
    """A packet at each step: host, link and direction."""
    split = [step.split() for step in steps]
    return tuple(Packet(host, link, way == "<", source, to) for host, link, way in split) * times


def told(flow: Flow, *seen: Packet, hosts: frozenset[str] = ALL) -> list[str]:
    return list(of_packets(dev(), flow, Capture((flow,), hosts, seen)))


@pytest.mark.parametrize(
    ("there", "back", "place", "counted"),
    [
        (0, 0, "packets end in cilium-ctr: none leaves it", "none of the packets to 172.20.3.2:80 leaves cilium-ctr"),
        (1, 0, "packets are lost on the link from cilium-ctr over eth1 to", "2 packets to 172.20.3.2:80 leave"),
        (2, 0, "packets end in cilium-r: it takes them in and does not send them on", "in over eth1 and sends none on"),
        (3, 0, "packets are lost on the link from cilium-r over eth2 to cilium-w3", "none arrive at cilium-w3"),
        (4, 0, "packets end in cilium-w3: it takes them in and answers none", "no answer leaves cilium-w3"),
        (4, 1, "packets are lost on the link from cilium-w3 over eth1 to cilium-r", "2 answers of 172.20.3.2:80 leave"),
        (4, 2, "packets end in cilium-r: it takes them in and does not send them on", "2 answers of 172.20.3.2:80 in"),
    ],
)
def test_of_a_pod(there: int, back: int, place: str, counted: str) -> None:
    first, second = told(TO_POD, *packets(THERE[:there], CLIENT, POD), *packets(BACK[:back], POD, CLIENT))
    assert first.startswith(place) and counted in second and second.startswith("captured: ")


def test_what_arrives_and_is_answered_says_nothing() -> None:
    assert told(TO_POD, *packets(THERE, CLIENT, POD), *packets(BACK, POD, CLIENT)) == []


def test_some_of_them() -> None:
    lost, arrived = packets(THERE[:2], CLIENT, POD, times=1), packets(THERE, CLIENT, POD, times=3)
    first, second = told(TO_POD, *lost, *arrived, *packets(BACK, POD, CLIENT, times=3))
    assert first.startswith("some packets end in cilium-r")
    assert "takes 4 packets" in second and "sends 3 on" in second


def test_some_of_them_on_a_link() -> None:
    first, second = told(TO_POD, *packets(THERE[:3], CLIENT, POD, times=1), *packets(THERE, CLIENT, POD, times=3))
    assert first.startswith("some packets are lost on the link from cilium-r over eth2 to cilium-w3")
    assert "4 packets to 172.20.3.2:80 leave cilium-r over eth2, 3 arrive" in second


def test_a_host_that_captured_nothing_may_have_got_them() -> None:
    assert told(TO_POD, *packets(THERE[:1], CLIENT, POD), hosts=ALL - {"cilium-w2"}) == []
    assert told(TO_POD, hosts=ALL - {"cilium-ctr"}) == []


def test_inside_one_node_nothing_is_on_a_link() -> None:
    assert told(replace(TO_POD, ends=frozenset({"cilium-ctr"}))) == []


def test_an_address_that_one_node_does_not_serve() -> None:
    well = [*packets(["cilium-r eth1 >", "cilium-w1 eth1 <"], ROUTER, VIP)]
    well += packets(["cilium-w1 eth1 >", "cilium-r eth1 <"], VIP, ROUTER)
    assert told(TO_VIP, *well) == []
    ill = packets(["cilium-r eth1 >", "cilium-w2 eth1 <"], ROUTER, VIP)
    first, _ = told(TO_VIP, *well, *ill)
    assert first == "packets end in cilium-w2: it takes them in and answers none"


def test_an_address_whose_pod_is_not_reached_from_the_node_that_took_the_packets() -> None:
    # The node sends them on in its own name.
    here = packets(["cilium-r eth1 >", "cilium-w1 eth1 <"], ROUTER, VIP)
    on = packets(["cilium-w1 eth1 >", "cilium-r eth1 <"], ("192.168.10.101", 7000), POD)
    first, second = told(TO_VIP, *here, *on)
    assert first == "packets end in cilium-r: it takes them in and does not send them on"
    assert "packets to 172.20.3.2:80" in second


def test_the_node_of_the_pod_answers_none_rather_than_the_one_that_sent_them_on() -> None:
    here = packets(["cilium-r eth1 >", "cilium-w1 eth1 <"], ROUTER, VIP)
    steps = ["cilium-w1 eth1 >", "cilium-r eth1 <", "cilium-r eth2 >", "cilium-w3 eth1 <"]
    first, _ = told(TO_VIP, *here, *packets(steps, ("192.168.10.101", 7000), POD))
    assert first == "packets end in cilium-w3: it takes them in and answers none"


def test_a_router_between_nodes_that_loses_some_of_what_they_send_on() -> None:
    here = packets(["cilium-r eth1 >", "cilium-w1 eth1 <"], ROUTER, VIP)
    steps = ["cilium-w1 eth1 >", "cilium-r eth1 <", "cilium-r eth2 >", "cilium-w3 eth1 <"]
    on = [*packets(steps, ("192.168.10.101", 7000), POD), *packets(steps[:2], ("192.168.10.101", 7001), POD, times=1)]
    first, second = told(TO_VIP, *here, *on)
    assert first == "some packets end in cilium-r: it takes them in and does not send them on"
    assert "takes 3 packets to 172.20.3.2:80" in second


def test_a_router_between_nodes_that_loses_the_answers() -> None:
    here = packets(["cilium-r eth1 >", "cilium-w1 eth1 <"], ROUTER, VIP)
    there, back = ["cilium-w1 eth1 >", "cilium-r eth1 <", "cilium-r eth2 >"], ["cilium-w3 eth1 >", "cilium-r eth2 <"]
    on = packets([*there, "cilium-w3 eth1 <"], ("192.168.10.101", 7000), POD)
    first, second = told(TO_VIP, *here, *on, *packets(back, POD, ("192.168.10.101", 7000)))
    assert first == "packets end in cilium-r: it takes them in and does not send them on"
    assert "2 answers of 172.20.3.2:80" in second


def test_nodes_that_answer_for_others_answer_enough() -> None:
    # Direct server return: the answer leaves the Pod's own node.
    here = packets(["cilium-r eth1 >", "cilium-w1 eth1 <"], ROUTER, VIP)
    back = packets(["cilium-w3 eth1 >", "cilium-r eth2 <"], VIP, ROUTER)
    assert told(TO_VIP, *here, *back) == []


def test_packets_that_are_wrapped_up_pass_the_tunnel_of_both_nodes() -> None:
    sent = packets(["cilium-ctr cilium_vxlan >"], CLIENT, POD)
    assert told(TO_POD, *sent)[0].startswith("packets are lost on the link from cilium-ctr over cilium_vxlan to")
    arrived = packets(["cilium-w3 cilium_vxlan <"], CLIENT, POD)
    assert told(TO_POD, *sent, *arrived)[0] == "packets end in cilium-w3: it takes them in and answers none"


def test_what_agents_drop_of_the_flow_and_of_its_answers() -> None:
    drops = (
        AgentDrop("cilium-w3", "172.20.0.47", POD, "Policy denied"),
        AgentDrop("cilium-w3", "172.20.0.47", POD, "Policy denied"),
        AgentDrop("cilium-w3", "172.20.0.99", ("10.9.9.9", 80), "Policy denied"),
        AgentDrop("cilium-ctr", "172.20.3.2", CLIENT, "CT: Map insertion failed"),
    )
    assert list(of_agents(TO_POD, Capture((TO_POD,), ALL, (), drops))) == [
        "the agent on cilium-w3 drops 172.20.0.47 -> 172.20.3.2:80: Policy denied",
        "the agent on cilium-ctr drops 172.20.3.2 -> 172.20.0.47:5000: CT: Map insertion failed",
    ]


OUT = ("172.18.0.7", 8000)
TO_OUTPOST = Flow({}, "kind-worker", *OUT, ends=frozenset({"remote-outpost"}))


@pytest.mark.parametrize(
    ("hosts", "steps", "place"),
    [
        (set(), [], "172.18.0.7 does not answer packets that are sent to it on its own link"),
        ({"remote-outpost"}, ["remote-outpost eth7 <"], "packets end in remote-outpost: it takes them in and answers"),
    ],
)
def test_an_outpost_that_does_not_answer(hosts: set[str], steps: list[str], place: str) -> None:
    # By the tunnel to the gateway, and from there in the gateway's name.
    steps = ["kind-worker cilium_vxlan >", "kind-worker3 cilium_vxlan <", "kind-worker3 eth1 >", *steps]
    there = frozenset({"kind-worker", "kind-worker3", *hosts})
    capture = Capture((TO_OUTPOST,), there, packets(steps, CLIENT, OUT))
    first, _ = of_packets(parse(DOCUMENT, "egress"), TO_OUTPOST, capture)
    assert first.startswith(place)
    answered = packets(
        ["kind-worker3 eth1 <", "kind-worker3 cilium_vxlan >", "kind-worker cilium_vxlan <"], OUT, CLIENT
    )
    if not hosts:
        well = replace(capture, packets=(*capture.packets, *answered))
        assert not [*of_packets(parse(DOCUMENT, "egress"), TO_OUTPOST, well)]
