"""The connections that root causes concern: client, server address, and the hosts that may answer."""

from __future__ import annotations

from collections.abc import Iterator

from diagnosis.roots import Root
from diagnosis.why.situation import Json, Situation
from effective.entries import entrances
from probes.ingress.asked import requests
from probes.ingress.reply import NO_ANSWER
from probes.packets import Flow
from probes.services import load_balancer_addresses, ready_endpoints, service_object
from probes.verdict import Color, Verdict

_MOST = 3


def flows(situation: Situation, roots: list[Root]) -> list[Flow]:
    """The flows of the first roots with lost packets."""
    lost = (flow for root in roots if root.verdict.color is Color.RED for flow in of_verdict(situation, root.verdict))
    return [flow for flow, _ in zip(lost, range(_MOST), strict=False)]


def of_verdict(situation: Situation, verdict: Verdict) -> Iterator[Flow]:
    """The flow of a verdict; none if the verdict concerns no packets or the flow's ends are unknown."""
    if verdict.check == "pod-to-pod":
        yield from _between_pods(situation, verdict)
    elif verdict.check == "vip-http":
        yield from _to_service(situation, verdict)
    elif verdict.check == "egress-source":
        yield from _to_outpost(situation, verdict)
    elif verdict.check == "ingress-http" and verdict.observed == NO_ANSWER:
        yield from _to_entrance(situation, verdict)


def _between_pods(situation: Situation, verdict: Verdict) -> Iterator[Flow]:
    names = verdict.subject.split(" -> ")
    client, server = (_pod(situation, name) for name in names)
    if client is None or server is None or not (server.get("status") or {}).get("podIP"):
        return
    port = server["spec"]["containers"][0]["ports"][0]["containerPort"]
    yield Flow(client, _node(client), server["status"]["podIP"], port, frozenset({_node(server)}))


def _to_service(situation: Situation, verdict: Verdict) -> Iterator[Flow]:
    name, _, address = verdict.subject.partition(" ")
    service = next((one for one in situation.stack.services if one.name == name), None)
    if service is None or service.first_tcp is None or not address:
        return
    behind = {
        (endpoint["addresses"][0], port["port"]): endpoint.get("nodeName", "")
        for item, endpoint, _ in ready_endpoints(situation.observations, service.namespace, service.name)
        for port in item.get("ports") or []
        if port.get("port")
    }
    nodes = frozenset(node.name for node in situation.stack.nodes)
    yield Flow(verdict.where, verdict.where, address, service.first_tcp, nodes, behind)


def _to_outpost(situation: Situation, verdict: Verdict) -> Iterator[Flow]:
    name, _, other = verdict.subject.partition(" -> ")
    client = _pod(situation, name)
    outpost = next((one for one in situation.stack.outposts if one.name == other), None)
    if client is not None and outpost is not None:
        yield Flow(client, _node(client), str(outpost.address.ip), outpost.port, frozenset({outpost.name}))


def _to_entrance(situation: Situation, verdict: Verdict) -> Iterator[Flow]:
    """The flow from a host or a Pod to Envoy's address; any node may accept the connection."""
    subject, _, place = verdict.subject.rpartition(" from ")
    client: Json | str | None = place.partition(" ")[0]
    if client == "pod":
        client = _pod(situation, place.removeprefix("pod "))
    nodes = frozenset(node.name for node in situation.stack.nodes)
    # A node connects to its own Envoy from the loopback address.
    if client is None or (isinstance(client, str) and client in nodes):
        return
    for item in entrances(situation.stack):
        service = service_object(situation.observations, item.service) if item.service else None
        for address in load_balancer_addresses(service) if item.service else item.nodes:
            for request in requests(item, address):
                if str(request) == subject:
                    yield Flow(client, verdict.where, address, request.entry.port, nodes)
                    return


def _pod(situation: Situation, name: str) -> Json | None:
    return next(iter(situation.named("pods", name)), None)


def _node(pod: Json) -> str:
    return str(pod["spec"].get("nodeName", ""))
