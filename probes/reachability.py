"""End-to-end packets: HTTP from pod to pod over nodes and subnets, and HTTP from routers to Service addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network

from config.errors import EdgeError
from config.workload import Service
from probes.answers import Answers, ask, ask_often, read, url
from probes.collector import Collector
from probes.observations import Json, Observations
from probes.route_tables import fib_next_hops
from probes.services import backends_by_node, cluster_addresses, service_object
from probes.verdict import Verdict, judged, unknown

# One request misses a given backend of n with probability 1 - 1/n. With n = 10, all 120 tries miss it with 3e-6.
_TRIES_PER_BACKEND = 12
# This many lost requests to an address prove loss: each may take two seconds.
_ENOUGH_LOST = 6
# The kernel repeats a lost SYN after a second, so that a single request would hide loss.
_TRIES_PER_POD = 5
# Bytes of a request that needs several packets of full MTU size.
_LARGE, _MARK = 4000, "=-=-="
_PING = "ping -q -n -c 20 -i 0.02 -W 1 {hop}; true"


def pod_to_pod(collector: Collector, observations: Observations) -> list[Verdict]:
    """HTTP from every client pod to the pod address of every serving pod."""
    if "pods" not in observations.objects:
        return [unknown("pod-to-pod", "all", "an answer", "API", observations.errors.get("pods", "not asked"))]
    clients = list(pods_of(collector, observations, serving=False))
    servers = list(pods_of(collector, observations, serving=True))
    pairs = [(client, server) for client in clients for server in servers]
    with ThreadPoolExecutor(8, "probe") as pool:
        return list(pool.map(lambda pair: _one_pair(collector, *pair), pairs))


def _one_pair(collector: Collector, client: Json, server: Json) -> Verdict:
    name, target = client["metadata"]["name"], server["metadata"]["name"]
    subject = f"{name} -> {target}"
    where = " -> ".join(pod["spec"].get("nodeName", "no node") for pod in (client, server))
    address = (server.get("status") or {}).get("podIP")
    if not address:
        cause = (
            "the pod has no network: is the agent on its node ready?"
            if "nodeName" in server["spec"]
            else "no node has taken the pod: taints, affinity, or a node that is cordoned"
        )
        return judged("pod-to-pod", subject, False, f"answer of {target}", "no address yet", where, cause)
    port = server["spec"]["containers"][0]["ports"][0]["containerPort"]
    try:
        asked = url(address, port)
        small = ask_often(asked, _TRIES_PER_POD, connect=1, seconds=2, enough=2)
        script = f"{small}; [ $lost -gt 0 ] || {{ echo {_MARK}; {ask(asked, connect=2, seconds=3, body=_LARGE)}; }}"
        transfers, _, large = collector.in_pod(client, script).partition(_MARK)
        answer = read(transfers)
    except EdgeError as error:
        return unknown("pod-to-pod", subject, f"answer of {target}", where, error)
    # Some images do not give their name or do not speak HTTP: for these, any answer counts.
    good = answer.failures == 0 and (target in answer.pods or not answer.pods)
    if good and large and read(large).failures:
        return judged(
            "pod-to-pod",
            subject,
            False,
            f"answer of {target}, to large packets too",
            f"small packets arrive, {_LARGE} bytes do not",
            where,
            f"a path MTU black hole on the way {where}: a link on the way has a smaller MTU, and its ICMP"
            " `fragmentation needed` does not come back; compare the MTU of the links (ip link) and let ICMP"
            " type 3 pass",
        )
    observed = f"{answer.failures} of {answer.asked} requests lost" if answer.failures else str(answer)
    return judged("pod-to-pod", subject, good, f"answer of {target}", observed, where, _why(answer, where))


def _why(answer: Answers, where: str) -> str:
    """The likely cause if a Pod does not answer another one."""
    if 0 < answer.silent == answer.failures:
        return "the server takes connections and answers none: its process stands still, or has too much to do"
    if answer.failures < answer.asked:
        return f"packets are lost on the way {where}"
    return "the nodes have no route back: BGP is up and the kernel FIB has no route to the PodCIDR through the router"


def pods_of(collector: Collector, observations: Observations, *, serving: bool) -> Iterator[Json]:
    """The pods of the stack's workloads: servers, or pure clients."""
    for workload in collector.stack.workloads:
        if (workload.port is not None) != serving:
            continue
        for pod in observations.objects["pods"]:
            metadata = pod["metadata"]
            labels = metadata.get("labels") or {}
            mine = metadata["namespace"] == workload.namespace and (
                metadata["name"] == workload.name
                or (workload.node is None and workload.labels.items() <= labels.items() and workload.labels)
            )
            if mine and not metadata.get("deletionTimestamp"):
                yield pod


def vip(
    collector: Collector, observations: Observations, service: Service, router: str, addresses: list[str]
) -> Iterator[Verdict]:
    """HTTP from a router to addresses of a Service, until every ready backend has answered."""
    wanted = "every ready backend answers"
    if not addresses or service.first_tcp is None:
        return
    backends = {name for names in backends_by_node(observations, service).values() for name in names}
    if "slices" not in observations.objects:
        yield unknown("vip-http", service.name, wanted, router, observations.errors.get("slices", "not asked"))
        return
    if not backends:
        yield judged("vip-http", service.name, False, wanted, "nothing to ask", router, "no backend is ready")
        return
    for address in addresses:
        tries = _TRIES_PER_BACKEND * len(backends)
        # One connection for each request, but one SSH command for all: a request then takes 10 ms.
        command = ask_often(url(address, service.first_tcp), tries, connect=1, seconds=2, enough=_ENOUGH_LOST)
        try:
            result = collector.ssh.run(collector.endpoints[router], command, timeout=3.0 * tries + 10)
        except EdgeError as error:
            yield unknown("vip-http", f"{service.name} {address}", wanted, router, error)
            continue
        answers = read(result.stdout)
        reached, failures = answers.pods, answers.failures
        good = answers.asked == tries and failures == 0 and (reached == backends or not reached)
        # If servers do not give their names, the backend behind an answer is unknown.
        who = f"{len(reached & backends)} of {len(backends)} backends" if reached else str(answers)
        observed = f"{who}, {failures} of {answers.asked} requests lost"
        cause = (
            _lost(collector, observations, router, address)
            if failures
            else (f"never reached: {', '.join(sorted(backends - reached)) or 'none'}")
        )
        if failures and address in cluster_addresses(service_object(observations, service)):
            cause = "agents serve a ClusterIP to the outside only with bpf.lbExternalClusterIP"
        yield judged("vip-http", f"{service.name} {address}", good, wanted, observed, router, cause)


def _lost(collector: Collector, observations: Observations, router: str, address: str) -> str:
    """Find where requests to an address are lost: ping its next hops, which takes a second."""
    hops = sorted(fib_next_hops(observations.routers[router]["fib"]).get(str(ip_network(address)), ()))
    losses = {}
    for hop in hops:
        try:
            losses[hop] = _loss(
                collector.ssh.run(collector.endpoints[router], _PING.format(hop=hop), timeout=10).stdout
            )
        except EdgeError:
            # A failed query says nothing about the place.
            losses[hop] = 0
    ill = [f"{hop} ({loss} %)" for hop, loss in losses.items() if loss]
    if len(ill) == len(hops) > 1:
        return (
            f"packets are lost on the way to every next hop, {', '.join(ill)}: on {router} itself or on a"
            " shared link; its filters (iptables -L -v, nft list ruleset) and links (ip -s link) count them"
        )
    if ill:
        return f"packets are lost on the way from {router} to {', '.join(ill)}: that link, or the node behind it"
    return "a next hop that announces the address does not serve it"


def _loss(shown: str) -> int:
    """Packet loss in per cent, from ping's summary; 0 without a summary."""
    found = re.search(r"([0-9.]+)% packet loss", shown)
    return round(float(found[1])) if found else 0
