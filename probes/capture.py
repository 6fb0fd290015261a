"""Retries failed flows while hosts capture the packets and agents report drops."""

from __future__ import annotations

import contextlib
import shlex
import time
from concurrent.futures import ThreadPoolExecutor

from config.errors import EdgeError
from probes.answers import ask, read, url
from probes.collector import Collector
from probes.host_filters import Drop, rising
from probes.host_questions import FILTERS
from probes.host_state import MARK
from probes.observations import Observations, is_agent
from probes.packets import AgentDrop, Capture, Flow, Packet, captured, dropped, expression

_MOST_HOSTS = 8
_MOST_PACKETS = 200
# Seconds: length of a capture, time until tcpdump and the agents listen, length of a request.
WINDOW = 2.6
LISTENING = 0.9
_REQUEST = 1
# The address of a Service needs more tries: it leads to several Pods.
_TRIES, _TRIES_OF_ADDRESS = 5, 12


def capture(
    collector: Collector,
    observations: Observations,
    flows: list[Flow],
    hosts: set[str],
    *,
    listening: float = LISTENING,
) -> Capture:
    """Capture on at most eight hosts: the flows' own hosts, then `hosts`, the routers in between. Takes three seconds.

    `listening`: seconds until tcpdump and the agents listen.
    """
    if not flows:
        return Capture()
    starts, ends = [flow.start for flow in flows], sorted({end for flow in flows for end in flow.ends})
    behind = sorted({node for flow in flows for node in flow.behind.values()})
    asked = list(dict.fromkeys([*starts, *sorted(hosts), *behind, *ends]))[:_MOST_HOSTS]
    wanted = expression(flows)
    with ThreadPoolExecutor(2 * _MOST_HOSTS + len(flows), "capture") as pool:
        seen = {host: pool.submit(_packets, collector, host, wanted) for host in asked}
        monitored = [pool.submit(_drops, collector, observations, node) for node in asked]
        time.sleep(listening)
        tried = list(pool.map(lambda flow: _try(collector, flow), flows))
        found = {host: answer.result() for host, answer in seen.items()}
        drops = tuple(drop for answer in monitored for drop in answer.result())
    there = {host: packets for host, (packets, _) in found.items() if packets is not None}
    return Capture(
        tuple(flow for flow, done in zip(flows, tried, strict=True) if done),
        frozenset(there),
        tuple(packet for some in there.values() for packet in some),
        drops,
        {host: some for host, (_, some) in found.items() if some},
    )


def _packets(collector: Collector, host: str, wanted: str) -> tuple[list[Packet] | None, list[Drop]]:
    """The captured packets of a host, and the packets that its filters dropped meanwhile."""
    listen = f"tcpdump -i any -nn -l --immediate-mode -c {_MOST_PACKETS} {shlex.quote(wanted)}"
    command = f"{FILTERS}echo {MARK}; timeout {WINDOW} {listen} 2>&1; echo {MARK}\n{FILTERS}"
    try:
        before, seen, after = collector.ssh.run(collector.endpoints[host], command, timeout=10).stdout.split(MARK)
    except (EdgeError, KeyError, ValueError):
        # An unreachable host gives no evidence; its verdict already says so.
        return None, []
    return captured(host, seen), rising(before, after)


def _drops(collector: Collector, observations: Observations, node: str) -> list[AgentDrop]:
    command = ["timeout", str(WINDOW), "cilium-dbg", "monitor", "--type", "drop", "--json"]
    for pod in observations.objects.get("pods", []):
        if is_agent(pod) and pod["spec"].get("nodeName") == node:
            metadata = pod["metadata"]
            with contextlib.suppress(EdgeError):
                said = collector.kube.exec(metadata["namespace"], metadata["name"], "cilium-agent", command)[1]
                return list(dropped(node, said))
    return []


def _try(collector: Collector, flow: Flow) -> bool:
    """Send the flow's requests; returns whether the client could send them."""
    tries = _TRIES_OF_ADDRESS if flow.behind else _TRIES
    command = f"({ask(url(flow.to, flow.port), connect=_REQUEST, seconds=_REQUEST)}) & " * tries + "wait"
    try:
        if isinstance(flow.client, str):
            said = collector.ssh.run(collector.endpoints[flow.client], command, timeout=5).stdout
        else:
            said = collector.in_pod(flow.client, command)
    except (EdgeError, KeyError):
        return False
    return read(said).asked > 0
