"""HTTP to every route of every entrance, from every place. The stack decides which backend answers, or who refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_address

from config.errors import EdgeError
from effective.admission import Party
from effective.entries import entrances
from probes.collector import Collector
from probes.ingress import backends
from probes.ingress.asked import Request, requests
from probes.ingress.backends import Backend
from probes.ingress.meaning import Meaning, meant, why
from probes.ingress.places import Place, places
from probes.ingress.reply import Reply, read
from probes.observations import Observations
from probes.services import load_balancer_addresses, service_object
from probes.verdict import Verdict, judged, unknown

_NO_CURL = "no curl here"


def verdicts(
    collector: Collector, observations: Observations, routed: dict[str, list[IPv4Network | IPv6Network]]
) -> list[Verdict]:
    """One verdict for each route and place. An Ingress without any place is not proven."""
    jobs: list[tuple[Place, Request]] = []
    result: list[Verdict] = []
    for item in entrances(collector.stack):
        given = load_balancer_addresses(service_object(observations, item.service)) if item.service else item.nodes
        for address in given:
            asked = requests(item, address)
            found = list(places(collector, observations, ip_address(address), routed))
            jobs += [(place, request) for place in found for request in asked]
            if asked and not found:
                result.append(
                    unknown(
                        "ingress-http", str(item), "an answer", address, "there is no host and no pod to ask it from"
                    )
                )
    # In parallel: requests in sequence may each take their whole timeout, together longer than a round.
    with ThreadPoolExecutor(16, "probe") as pool:
        return [*result, *pool.map(lambda job: _from(collector, observations, *job), jobs)]


def _from(collector: Collector, observations: Observations, place: Place, request: Request) -> Verdict:
    try:
        answer = place.run(f"command -v curl >/dev/null || echo {_NO_CURL}; {request.curl(place.source)}")
        if answer.startswith(_NO_CURL):
            raise EdgeError(f"{place.name} has no curl")
    except EdgeError as error:
        return unknown("ingress-http", f"{request} from {place.name}", "an answer", place.where, error)
    return _judge(collector, observations, place, request, read(answer))


def _judge(collector: Collector, observations: Observations, place: Place, request: Request, reply: Reply) -> Verdict:
    subject, entry = f"{request} from {place.name}", request.entry
    client = place.party(entry.port)
    if entry.status is not None:
        return _by_envoy(observations, place, request, client, reply)
    found = [backends.find(observations, target) for target in request.targets]
    lacking = next((one for one in found if isinstance(one, str)), None)
    if lacking is not None:
        return unknown("ingress-http", subject, "an answer", place.where, lacking)
    several = [one for one in found if isinstance(one, Backend)]
    policies = [policy for _, policy in collector.stack.guards()]
    meanings = [meant(policies, client, backend) for backend in several]
    if len({meaning.answered for meaning in meanings}) > 1:
        return unknown(
            "ingress-http",
            subject,
            "an answer",
            place.where,
            "policies admit only some of its Services, and any of them may answer",
        )
    meaning, backend = meanings[0], _together(several)
    if entry.passes and reply.status is not None:
        reply = replace(reply, by_backend=True)
    good = _as_meant(meaning, reply, backend, entry.passes)
    cause = "" if good else why(observations, client, backend, reply, meaning)
    return judged("ingress-http", subject, good, meaning.text(backend.service), reply, place.where, cause)


def _by_envoy(observations: Observations, place: Place, request: Request, client: Party, reply: Reply) -> Verdict:
    """The verdict for a route without a Service: a redirect, or an error status because there is no Service.

    Every client gets this answer: policies apply only to the hop from Envoy to a pod.
    """
    wanted = request.entry.status
    good = reply.status == wanted and not reply.by_backend
    nobody = Backend("none", ("none",), None)
    cause = "" if good else why(observations, client, nobody, reply, Meaning(True))
    return judged("ingress-http", f"{request} from {place.name}", good, f"{wanted} by Envoy", reply, place.where, cause)


def _together(several: list[Backend]) -> Backend:
    """One backend for several: any of them may answer."""
    if len(several) == 1:
        return several[0]
    pods = tuple(sorted({pod for one in several for pod in one.pods}))
    return Backend(" or ".join(one.service for one in several), pods, several[0].party)


def _as_meant(meaning: Meaning, reply: Reply, backend: Backend, passes: bool) -> bool:
    if passes and not meaning.answered:
        # With TLS passthrough Envoy cannot answer a request: it closes the connection.
        return reply.status is None
    if meaning.answered:
        return reply.by_backend and (reply.pod is None or reply.pod in backend.pods)
    if meaning.hop == "first":
        return reply.status == 403 and not reply.by_backend
    # If a node drops Envoy's packets to a pod, the request times out. Envoy's own refusal is a 403.
    return not reply.by_backend and reply.status in (None, 403, 503, 504)
