"""A capture asks the hosts of a flow's way and their agents, tries the flow, and leaves out who cannot be asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from config.errors import ApiError, EdgeError
from probes.capture import capture
from probes.collector import Collector
from probes.observations import Observations
from probes.packets import AgentDrop, Flow

HEAD = "listening on any, link-type LINUX_SLL2 (Linux cooked v2)\n"
SYN = "18:36:14.74 eth1  In  IP 172.20.0.47.50194 > 172.20.1.215.80: Flags [S], seq 8, length 0\n"
RULE = "[%d:0] -A FORWARD -p tcp -m tcp --dport 80 -j DROP\n"
DROP = '{"reason":"Policy denied","summary":{"l3":{"src":"a","dst":"b"},"l4":{"src":"9","dst":"80"}}}\n'
AGENT = {
    "metadata": {"namespace": "kube-system", "name": "cilium-x", "labels": {"k8s-app": "cilium"}},
    "spec": {"nodeName": "w1", "containers": [{"name": "cilium-agent"}]},
}
POD = {"metadata": {"namespace": "default", "name": "curl"}, "spec": {"containers": [{"name": "c"}]}}


class Hosts:
    """Two hosts that capture, and one that cannot; `dumb` clients have no curl."""

    def __init__(self, dumb: bool = False) -> None:
        self.endpoints = {name: name for name in ("ctr", "r", "w1")}
        self.ssh = self.kube = self
        self.dumb = dumb
        self.asked: list[str] = []

    def run(self, host: str, command: str, timeout: float) -> Any:
        self.asked.append(host)
        if host == "w1":
            raise EdgeError("cannot connect")
        before, after = RULE % 3, RULE % (8 if host == "r" else 3)
        seen = HEAD + (SYN if host == "r" else "")
        return SimpleNamespace(stdout=f"{before}=-=-=\n{seen}=-=-=\n{after}")

    def exec(self, namespace: str, pod: str, container: str, command: list[str]) -> tuple[int, str, str]:
        assert (pod, container) == ("cilium-x", "cilium-agent") and "monitor" in command
        return 124, DROP, "Press Ctrl-C to quit\n"

    def in_pod(self, pod: Any, command: str) -> str:
        assert command.count("http://172.20.1.215:80/") == 5
        if self.dumb:
            raise ApiError("no such command")
        return "\nTCP 0.0\nCURL 28\n"


def captured(hosts: Hosts) -> Any:
    flow = Flow(POD, "ctr", "172.20.1.215", 80, frozenset({"w1"}))
    answers = Observations(objects={"pods": [POD, AGENT]})
    return flow, capture(cast(Collector, hosts), answers, [flow], {"r"}, listening=0)


def test_packets_drops_and_counters_of_those_who_can_be_asked() -> None:
    hosts = Hosts()
    flow, found = captured(hosts)
    assert found.flows == (flow,) and found.hosts == {"ctr", "r"} and sorted(hosts.asked) == ["ctr", "r", "w1"]
    assert [(packet.host, packet.link) for packet in found.packets] == [("r", "eth1")]
    assert found.drops == (AgentDrop("w1", "a", ("b", 80), "Policy denied"),)
    assert {host: [drop.packets for drop in drops] for host, drops in found.filtered.items()} == {"r": [5]}


def test_a_flow_that_nobody_could_try_is_none() -> None:
    _, found = captured(Hosts(dumb=True))
    assert found.flows == ()


def test_without_a_flow_nobody_is_asked() -> None:
    hosts = Hosts()
    assert capture(cast(Collector, hosts), Observations(), [], {"r"}).hosts == frozenset() and not hosts.asked
