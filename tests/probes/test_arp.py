"""Whom a host on the link hears for an announced address: the holder of its Lease, and every other answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from config.errors import HostError
from config.stack import StackConfig
from effective.made import with_made
from probes.arp import hosts, judge, verdicts
from probes.collector import Collector
from probes.observations import Observations
from probes.verdict import Color, Verdict
from tests.probes.ingress.recorded import DEDICATED, SHARED, healthy, stack
from transport.ssh import Endpoint, Result

MACS = {"cilium-ctr": "02:ed:9e:00:02:01", "cilium-w1": "02:ed:9e:00:02:02", "cilium-w2": "02:ed:9e:00:02:03"}
STRANGE = "02:ed:9e:00:02:63"
HOLDERS = {SHARED: "cilium-w1", DEDICATED: "cilium-w2"}
ROUTER = {
    "name": "edge-r",
    "bgp": {"asn": 65000},
    "interfaces": [
        {"name": "eth1", "address": "10.9.0.1/24"},
        {"name": "lo1", "address": "192.168.10.1/24", "loopback": True},
    ],
}


def observations() -> Observations:
    answers = healthy()
    leases = {"kube-system-cilium-ingress": "cilium-w1", "default-cilium-ingress-webpod-ingress": "cilium-w2"}
    answers.objects["leases"] = [
        {"metadata": {"name": f"cilium-l2announce-{name}"}, "spec": {"holderIdentity": node}}
        for name, node in leases.items()
    ]
    # A node has more links than the one that answers.
    answers.hardware = {node: {f"{mac[:-2]}f{i}": "eth0", mac: "eth1"} for i, (node, mac) in enumerate(MACS.items())}
    return answers


def reply(address: str, *macs: str) -> Result:
    """What arping prints; it writes hardware addresses in capitals."""
    lines = [f"Unicast reply from {address} [{mac.upper()}]  0.523ms" for mac in macs]
    return Result(0 if macs else 1, "\n".join([f"ARPING {address} from 192.168.10.200 eth1", *lines, "Sent 2"]), "")


class Link:
    """A collector whose hosts run arping alone."""

    def __init__(self, of: StackConfig, answer: Callable[[str, str], Result]) -> None:
        self.stack, self.answer = of, answer
        self.ssh = self
        self.endpoints = {name: Endpoint(name) for name in of.hosts()}

    def run(self, endpoint: Endpoint, command: str, timeout: float) -> Result:
        # The address is named twice: for the device of its route, and for the question.
        [address] = {a for a in HOLDERS if command.count(f" {a}") == 2 and "arping -c 2" in command and timeout < 60}
        return self.answer(endpoint.host, address)


def truly(host: str, address: str) -> Result:
    return reply(address, *[MACS[HOLDERS[address]]] * 2)


def ask(
    answer: Callable[[str, str], Result] = truly,
    change: Callable[[Any], object] = lambda d: None,
    spoil: Callable[[Observations], object] = lambda s: None,
) -> list[Verdict]:
    answers, whole = observations(), stack(change)
    spoil(answers)
    return verdicts(cast(Collector, Link(whole, answer)), with_made(whole), answers)


def test_the_holder_alone_answers_on_every_host_of_the_link() -> None:
    found = ask()
    assert [(v.subject, v.where) for v in found] == [
        (address, host) for address in (SHARED, DEDICATED) for host in ("client", "stranger")
    ]
    assert all(v.color is Color.GREEN and v.check == "arp" for v in found), found
    assert (found[0].expected, found[0].observed) == ("cilium-w1 alone answers", "cilium-w1")


@pytest.mark.parametrize(
    ("macs", "observed", "cause"),
    [
        ((), "no answer", "cilium-w1 does not answer on this link: does the L2 policy select its interface?"),
        ((MACS["cilium-w2"],), "cilium-w2", "cilium-w2 answers for what cilium-w1 holds: it was cut off from the API"),
        ((MACS["cilium-w1"], MACS["cilium-w2"]), "cilium-w1, cilium-w2", "cilium-w2 answers for what cilium-w1 holds"),
        ((MACS["cilium-w2"], MACS["cilium-ctr"]), "cilium-ctr, cilium-w2", "cilium-ctr, cilium-w2 answers for what"),
        ((MACS["cilium-w1"], STRANGE), f"{STRANGE}, cilium-w1", f"a host that is no node has {SHARED}, too: {STRANGE}"),
        # That somebody else has the address is worse than a node that is late.
        ((MACS["cilium-w2"], STRANGE), f"{STRANGE}, cilium-w2", f"a host that is no node has {SHARED}, too: {STRANGE}"),
    ],
)
def test_another_answer_is_red_and_told(macs: tuple[str, ...], observed: str, cause: str) -> None:
    found = ask(
        lambda host, address: reply(address, *macs) if (host, address) == ("stranger", SHARED) else truly(host, address)
    )
    [red] = [v for v in found if v.color is not Color.GREEN]
    assert (red.color, red.subject, red.where, red.observed) == (Color.RED, SHARED, "stranger", observed)
    assert red.cause.startswith(cause)


def test_every_answer_counts_and_not_only_the_last() -> None:
    answers = {MACS["cilium-w1"], MACS["cilium-w2"]}
    assert judge(observations(), "client", SHARED, "cilium-w1", answers).color is Color.RED
    assert judge(observations(), "client", SHARED, "cilium-w1", {MACS["cilium-w1"]}).color is Color.GREEN


def test_a_host_that_cannot_ask_is_grey() -> None:
    def answer(host: str, address: str) -> Result:
        if host == "client":
            raise HostError("root@client:22: cannot connect")
        return Result(99, "", "")

    found = ask(answer)
    assert [(v.where, v.color, v.cause) for v in found[:2]] == [
        ("client", Color.GREY, "root@client:22: cannot connect"),
        ("stranger", Color.GREY, "stranger has no arping (Debian: iputils-arping)"),
    ]


@pytest.mark.parametrize(
    ("change", "spoil", "asked"),
    [
        (lambda d: d.pop("l2Policies"), lambda s: None, set()),
        (lambda d: d["l2Policies"][0].update(serviceSelector={"matchLabels": {"a": "b"}}), lambda s: None, set()),
        (lambda d: None, lambda s: s.objects["services"].pop(0), {DEDICATED}),
        # ClusterIP Services are not announced, whatever address they have.
        (
            lambda d: None,
            lambda s: s.objects["services"][0]["metadata"].update(name="webpod", namespace="default"),
            {DEDICATED},
        ),
    ],
)
def test_only_what_an_l2_policy_announces_is_asked(
    change: Callable[[Any], object], spoil: Callable[[Observations], object], asked: set[str]
) -> None:
    assert {v.subject for v in ask(change=change, spoil=spoil)} == asked


@pytest.mark.parametrize(
    ("change", "address", "found"),
    [
        (lambda d: None, SHARED, ["client", "stranger"]),
        (lambda d: None, "192.168.11.1", []),
        # A node hears itself; a router hears the link of its wires, and not that of its loopback.
        (lambda d: d.update(routers=[ROUTER]), SHARED, ["client", "stranger"]),
        (lambda d: d.update(routers=[ROUTER]), "10.9.0.9", ["edge-r"]),
        # IPv6 has no ARP.
        (lambda d: d["outposts"][0].update(address="fd00::1/64"), "fd00::9", []),
    ],
)
def test_the_hosts_of_a_link_are_those_outside_the_cluster(
    change: Callable[[Any], object], address: str, found: list[str]
) -> None:
    assert list(hosts(cast(Collector, Link(stack(change), truly)), address)) == found


def test_a_host_that_cannot_be_logged_in_to_is_not_asked() -> None:
    link = Link(stack(), truly)
    del link.endpoints["client"]
    assert list(hosts(cast(Collector, link), SHARED)) == ["stranger"]
