"""HTTP to every route of every Ingress, from every place: answered by its backend, or refused, as the stack means."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_address

from config.errors import EdgeError
from config.ingress import Ingress, IngressPath
from effective.made import of_ingress
from probes.field import Field
from probes.ingress import backends
from probes.ingress.backends import Backend
from probes.ingress.meaning import Meaning, meant, why
from probes.ingress.places import Place, places
from probes.ingress.programmed import by_default, ours
from probes.seen import Seen
from probes.services import load_balancer_addresses, service_object
from probes.verdict import Verdict, judged, unknown

_MARK = "=-=-="
# Envoy writes it into what a host behind it answered, and into nothing that it answers itself.
_BY_BACKEND = re.compile(r"^x-envoy-upstream-service-time:", re.MULTILINE | re.IGNORECASE)
_STATUS = re.compile(r"^HTTP/\S+ (\d{3})", re.MULTILINE)
_HOSTNAME = re.compile(r"^Hostname: (\S+)", re.MULTILINE)
_EXPRESSION = re.compile(r"[][(){}*+?|\\^$]")
# What no rule of an Ingress with a default backend is for.
_ELSEWHERE = "/edge-verify"
_NO_CURL = "no curl here"


@dataclass(frozen=True)
class Request:
    """One route of an Ingress, and where it is asked."""

    item: Ingress
    path: IngressPath
    host: str | None
    address: str
    tls: bool

    @property
    def passes(self) -> bool:
        """Whether the backend ends TLS: Envoy has nothing to say inside it."""
        return self.item.passes_tls

    @property
    def port(self) -> int:
        """Of the listener."""
        return 443 if self.tls else 80

    def __str__(self) -> str:
        return f"{self.item.namespace}/{self.item.name} {self.host or ''}{self.path.path}"

    def curl(self, place: Place) -> str:
        """The command: one connection, of which headers and the beginning of the body are shown."""
        literal = f"[{self.address}]" if ":" in self.address else self.address
        name = (self.host or literal).replace("*.", "edge-verify.")
        words = ["curl", "-sik", "--globoff", "--connect-timeout", "2", "--max-time", "7"]
        if self.host:
            words += ["--resolve", f"{name}:{self.port}:{literal}"]
        if place.source is not None:
            words += ["--interface", str(place.source)]
        words.append(f"http{'s' if self.tls else ''}://{name}{self.path.path}")
        return f"{shlex.join(words)} | head -c 2000"


@dataclass(frozen=True)
class Reply:
    """What came back: a status and whether a backend gave it; `pod` where the backend says who it is."""

    status: int | None
    by_backend: bool
    pod: str | None

    def __str__(self) -> str:
        if self.status is None:
            return "no answer"
        return f"{self.status} by {self.pod or 'the backend'}" if self.by_backend else f"{self.status} by Envoy"


def verdicts(field: Field, seen: Seen, routed: dict[str, list[IPv4Network | IPv6Network]]) -> list[Verdict]:
    """One for each route and place. An Ingress that can be asked from nowhere is not proven."""
    jobs: list[tuple[Place, list[Request]]] = []
    result: list[Verdict] = []
    for item in ours(field.stack):
        service = of_ingress(field.stack, item)
        for address in load_balancer_addresses(service_object(seen, service)) if service else ():
            asked = list(_requests(item, address))
            found = list(places(field, seen, ip_address(address), routed))
            jobs += [(place, asked) for place in found]
            if not found:
                result.append(unknown("ingress-http", f"{item.namespace}/{item.name}", "an answer", address,
                                      "there is no host and no pod to ask it from"))  # fmt: skip
    with ThreadPoolExecutor(8, "probe") as pool:
        for answers in pool.map(lambda job: list(_from(field, seen, *job)), jobs):
            result += answers
    return result


def _requests(item: Ingress, address: str) -> Iterator[Request]:
    certified = {host for tls in item.tls for host in tls.hosts}
    # Without a host there is no name to tell connections apart by.
    for rule in (rule for rule in item.rules if rule.host or not item.passes_tls):
        for path in rule.paths:
            # Of an expression nobody knows a path that it matches.
            if path.path_type != "ImplementationSpecific" or not _EXPRESSION.search(path.path):
                yield Request(item, path, rule.host, address, item.passes_tls or rule.host in certified)
    default = by_default(item)
    if default is not None and not item.passes_tls:
        elsewhere = IngressPath(path=_ELSEWHERE, service=default.service, port=default.port)
        yield Request(item, elsewhere, None, address, tls=False)


def _from(field: Field, seen: Seen, place: Place, asked: list[Request]) -> Iterator[Verdict]:
    if not asked:
        return
    ask = f"; echo {_MARK}; ".join(request.curl(place) for request in asked)
    try:
        answers = place.run(f"command -v curl >/dev/null || echo {_NO_CURL}; {ask}").split(_MARK)
        if _NO_CURL in answers[0]:
            raise EdgeError(f"{place.name} has no curl")
    except EdgeError as error:
        for request in asked:
            yield unknown("ingress-http", f"{request} from {place.name}", "an answer", place.where, error)
        return
    for request, text in zip(asked, [*answers, *[""] * len(asked)], strict=False):
        yield _judge(field, seen, place, request, read(text))


def read(text: str) -> Reply:
    """A reply as curl shows it."""
    status = _STATUS.search(text)
    pod = _HOSTNAME.search(text)
    return Reply(int(status[1]) if status else None, bool(_BY_BACKEND.search(text)), pod[1] if pod else None)


def _judge(field: Field, seen: Seen, place: Place, request: Request, reply: Reply) -> Verdict:
    subject = f"{request} from {place.name}"
    backend = backends.find(seen, request.item.namespace, request.path)
    if isinstance(backend, str):
        return unknown("ingress-http", subject, "an answer", place.where, backend)
    client = place.party(request.port)
    meaning = meant((policy for _, policy in field.stack.guards()), client, backend)
    if request.passes and reply.status is not None:
        reply = replace(reply, by_backend=True)
    good = _as_meant(meaning, reply, backend, request.passes)
    cause = "" if good else why(seen, client, backend, reply.status, reply.by_backend, meaning)
    return judged("ingress-http", subject, good, meaning.text(request.path.service), reply, place.where, cause)


def _as_meant(meaning: Meaning, reply: Reply, backend: Backend, passes: bool) -> bool:
    if passes and not meaning.answered:
        # Without a look inside a connection, nothing can be answered: it ends.
        return reply.status is None
    if meaning.answered:
        return reply.by_backend and (reply.pod is None or reply.pod in backend.pods)
    if meaning.hop == "first":
        return reply.status == 403 and not reply.by_backend
    # A node that drops what Envoy sends to a pod leaves it waiting; Envoy's own refusal is a 403.
    return not reply.by_backend and reply.status in (None, 403, 503, 504)
