"""HTTP to every route from every place: green as the stack means it, and red for every reply that it does not mean."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from config.errors import HostError
from effective.admission import outside
from effective.entries import Entry, entrances
from probes.ingress.asked import Request
from probes.ingress.places import Place
from probes.ingress.reply import Reply, read
from probes.ingress.requests import verdicts
from probes.observations import Observations
from probes.verdict import Color, Verdict
from tests.probes.ingress.recorded import DEDICATED, SHARED, Hosts, behind, healthy, refused, replied, stack

Replies = Callable[[str, str], str]
ROUTES = (
    "default/basic-ingress /details",
    "default/basic-ingress /",
    "default/webpod-ingress /",
    "default/webpod-ingress webpod.example/",
)
PLACES = ("client 192.168.10.200", "stranger 192.168.10.201", "cilium-ctr", "cilium-w1", "cilium-w2", "pod curl-pod")
STRANGER = f"{ROUTES[0]} from {PLACES[1]}"


def as_meant(place: str, url: str) -> str:
    """The lab: the stranger is refused, everybody else is answered."""
    return refused() if place == "stranger" else behind(url)


def ask(
    reply: Replies = as_meant,
    change: Callable[[Any], object] = lambda d: None,
    spoil: Callable[[Observations], object] = lambda s: None,
) -> list[Verdict]:
    answers = healthy()
    spoil(answers)
    return verdicts(Hosts(stack(change), reply).collector(), answers, {})


def not_green(found: list[Verdict]) -> dict[str, Verdict]:
    return {v.subject: v for v in found if v.color is not Color.GREEN}


def at(place: str, url: str, text: str) -> Replies:
    """The lab, with one reply of it spoilt."""
    return lambda who, what: text if (who, what) == (place, url) else as_meant(who, what)


def test_what_the_lab_answers_is_green() -> None:
    found = ask()
    assert [v.subject for v in found] == [
        f"{route} from {place}" for routes in (ROUTES[:2], ROUTES[2:]) for place in PLACES for route in routes
    ]
    assert not_green(found) == {} and {v.check for v in found} == {"ingress-http"}
    told = {v.subject: (v.expected, v.observed, v.where) for v in found}
    assert told[STRANGER] == (
        "403: no rule of external-lockdown, allow-cidr admits this client",
        "403 by Envoy",
        "stranger",
    )
    assert told[f"{ROUTES[3]} from pod curl-pod"] == ("an answer of webpod", "200 by webpod-2", "cilium-ctr")


@pytest.mark.parametrize(
    ("text", "observed", "cause"),
    [
        ("", "no answer", "no answer at the address"),
        (refused(), "403 by Envoy", "a policy refuses it that is not judged here"),
        (refused(404), "404 by Envoy", "Envoy has no such route"),
        # An answer of Envoy's own is no answer, however well it sounds.
        (refused(200), "200 by Envoy", "Envoy answered by itself"),
        (replied("Hostname: details-1\n"), "200 by details-1", "a pod answered that is none of the backend's"),
    ],
)
def test_a_client_that_is_to_be_answered_and_is_not(text: str, observed: str, cause: str) -> None:
    found = not_green(ask(at("client", f"http://{DEDICATED}/", text)))
    assert list(found) == [f"{ROUTES[2]} from client 192.168.10.200"]
    [red] = found.values()
    assert (red.color, red.observed, red.where) == (Color.RED, observed, "client") and cause in red.cause


@pytest.mark.parametrize(
    ("text", "observed"),
    [
        (replied("[]"), "200 by the backend"),
        (replied("no", 403), "403 by the backend"),
        (refused(404), "404 by Envoy"),
        ("", "no answer"),
    ],
)
def test_a_stranger_is_to_be_refused_by_envoy_itself(text: str, observed: str) -> None:
    found = not_green(ask(at("stranger", f"http://{SHARED}/details", text)))
    assert list(found) == [STRANGER] and found[STRANGER].observed == observed and found[STRANGER].cause


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("", True),
        (refused(403), True),
        (refused(503), True),
        (refused(504), True),
        (refused(404), False),
        (refused(200), False),
        (replied("Hostname: webpod-1\n"), False),
        (replied("", 503), False),
    ],
)
def test_where_the_backend_does_not_take_the_ingress_envoy_gives_up(text: str, good: bool) -> None:
    world = {
        "name": "webpod-world",
        "endpointSelector": {"matchLabels": {"app": "webpod"}},
        "ingress": [{"entities": ["world"]}],
    }

    def reply(place: str, url: str) -> str:
        return behind(url) if url.startswith(f"http://{SHARED}/") else text

    found = ask(reply, lambda d: d.update(ingressAccess=None, networkPolicies=[world]))
    to_webpod = [v for v in found if "webpod-ingress" in v.subject]
    assert {v.color for v in to_webpod} == {Color.GREEN if good else Color.RED}
    assert len(to_webpod) == 12 and not [v for v in found if v not in to_webpod and v.color is not Color.GREEN]


def test_a_host_that_is_not_reached_leaves_its_requests_unanswered_alone() -> None:
    def reply(place: str, url: str) -> str:
        if place == "client":
            raise HostError("root@client:22: cannot connect")
        return as_meant(place, url)

    found = not_green(ask(reply))
    assert set(found) == {f"{route} from {PLACES[0]}" for route in ROUTES}
    assert all(
        (v.color, v.where, v.cause) == (Color.GREY, "client", "root@client:22: cannot connect") for v in found.values()
    )


def test_what_was_cut_off_was_not_answered() -> None:
    # The shell of the host ended before curl said anything.
    whole = Hosts(stack(), as_meant)
    whole._shell = lambda place, command: ""  # type: ignore[method-assign]
    found = not_green(verdicts(whole.collector(), healthy(), {}))
    assert set(found) >= {f"{route} from {place}" for route in ROUTES for place in PLACES}
    assert all(v.color is Color.RED and v.observed == "no answer" for v in found.values())


def test_pods_that_nobody_told_of_leave_it_open_who_has_to_answer() -> None:
    found = ask(spoil=lambda s: (s.objects.pop("slices"), s.errors.update(slices="HTTP 500")))
    assert len(found) == 24 and all((v.color, v.cause) == (Color.GREY, "HTTP 500") for v in found)


def test_an_address_that_can_be_asked_from_nowhere_is_not_proven() -> None:
    whole, answers = Hosts(stack()), healthy()
    whole.endpoints.clear()
    answers.objects["pods"] = []
    found = verdicts(whole.collector(), answers, {})
    assert [(v.subject, v.color, v.where) for v in found] == [
        ("default/basic-ingress", Color.GREY, SHARED),
        ("default/webpod-ingress", Color.GREY, DEDICATED),
    ]
    assert all("no host and no pod to ask it from" in v.cause for v in found)


@pytest.mark.parametrize(
    ("change", "spoil"),
    [
        (lambda d: d.pop("ingressController"), lambda s: None),
        (lambda d: None, lambda s: s.objects.update(services=[])),
    ],
)
def test_without_an_address_nothing_is_asked(
    change: Callable[[Any], object], spoil: Callable[[Observations], object]
) -> None:
    assert ask(change=change, spoil=spoil) == []


def test_on_their_own_network_the_nodes_are_asked_that_listen() -> None:
    chosen = {"nodeSelector": {"matchLabels": {"kubernetes.io/hostname": "cilium-w2"}}}
    found = ask(change=lambda d: d.update(ingressController={"hostNetwork": {"port": 9000, **chosen}}))
    assert {v.subject.partition(" from ")[0] for v in found if "basic" in v.subject} == {
        f"default/basic-ingress at 192.168.10.102 :9000{path}" for path in ("/", "/details")
    }


@pytest.mark.parametrize(
    ("path", "kind", "asked"),
    [
        ("/v1", "ImplementationSpecific", True),
        ("/v[0-9]+", "ImplementationSpecific", False),
        ("/(a|b)", "ImplementationSpecific", False),
        ("/v[0-9]+", "Exact", True),
    ],
)
def test_a_path_that_is_an_expression_is_not_asked(path: str, kind: str, asked: bool) -> None:
    found = ask(change=lambda d: d["ingresses"][0]["rules"][0]["paths"][0].update(path=path, pathType=kind))
    assert [v.subject for v in found].count(f"default/basic-ingress {path} from cilium-ctr") == asked


HERE = Place(
    "client 192.168.10.200",
    "client",
    lambda port: outside(ip_address("192.168.10.200"), port),
    str,
    ip_address("192.168.10.200"),
)
NODE = Place("cilium-ctr", "cilium-ctr", lambda port: outside(ip_address("127.0.0.1"), None), str)
CURL = r"curl -sik --globoff --connect-timeout 2 --max-time 7 -w '%{stderr}\nedge-connected %{time_connect}\n'"


@pytest.mark.parametrize(
    ("host", "tls", "place", "words"),
    [
        (None, False, NODE, "http://192.168.10.212/"),
        (None, False, HERE, "--interface 192.168.10.200 http://192.168.10.212/"),
        ("webpod.example", True, NODE, "--resolve webpod.example:443:192.168.10.212 https://webpod.example/"),
        ("webpod.example", False, NODE, "--resolve webpod.example:80:192.168.10.212 http://webpod.example/"),
        # Some host of it.
        ("*.example", True, NODE, "--resolve edge-verify.example:443:192.168.10.212 https://edge-verify.example/"),
    ],
)
def test_the_command_asks_the_address_for_the_host(host: str | None, tls: bool, place: Place, words: str) -> None:
    entry = Entry(host, "/", "Prefix", (), 443 if tls else 80, tls)
    asked = Request(entrances(stack())[1], entry, DEDICATED, "/", ())
    assert asked.curl(place.source) == f"{{ {CURL} {words} | head -c 2000; }} 2>&1"


def test_a_host_with_a_certificate_is_asked_by_tls_and_policies_see_its_port() -> None:
    tls = {
        "name": "tls-alone",
        "endpointSelector": {"matchLabels": {"reserved:ingress": ""}},
        "ingress": [{"entities": ["cluster"], "ports": [443]}],
    }
    found = {
        v.subject: v
        for v in ask(lambda place, url: behind(url), lambda d: d.update(ingressAccess=None, networkPolicies=[tls]))
    }
    assert found[f"{ROUTES[3]} from pod curl-pod"].color is Color.GREEN
    assert found[f"{ROUTES[2]} from pod curl-pod"].expected == "403: no rule of tls-alone admits this client"


@pytest.mark.parametrize(
    ("text", "reply", "shown"),
    [
        (replied("Hostname: webpod-1\r\n"), Reply(200, True, "webpod-1", connected=True), "200 by webpod-1"),
        (replied("<html>"), Reply(200, True, None, connected=True), "200 by the backend"),
        (replied("{}", 500), Reply(500, True, None, connected=True), "500 by the backend"),
        (
            "HTTP/2 200 \r\nX-Envoy-Upstream-Service-Time: 0\r\n\r\n",
            Reply(200, True, None, connected=True),
            "200 by the backend",
        ),
        (refused(), Reply(403, False, None, connected=True), "403 by Envoy"),
        ("", Reply(None), "no answer"),
        ("edge-connected 0.000000\n", Reply(None), "no answer"),
        (
            "\nedge-connected 0.002041\n",
            Reply(None, connected=True),
            "a connection, but no answer in time",
        ),
        (
            refused(503)
            + "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
            Reply(503, connected=True, reset="connection termination"),
            "503 by Envoy",
        ),
        ("\n" + refused(503), Reply(503, False, None, connected=True), "503 by Envoy"),
        # Only at the beginning of a line is it a header, or whoami's word.
        (
            "HTTP/1.1 200 OK\r\n\r\nno x-envoy-upstream-service-time: 2\nMy Hostname: webpod-1\n",
            Reply(200, False, None, connected=True),
            "200 by Envoy",
        ),
    ],
)
def test_a_reply_is_read_as_curl_shows_it(text: str, reply: Reply, shown: str) -> None:
    assert read(text) == reply and str(read(text)) == shown


PASSED = f"{ROUTES[3]} from "


def passing(document: Any) -> None:
    document["ingresses"][1]["annotations"] = {"ingress.cilium.io/tls-passthrough": "enabled"}
    document["ingresses"][1].pop("tls")


def test_where_tls_passes_through_any_answer_is_the_backends_and_a_closed_connection_is_envoys() -> None:
    def lab(place: str, url: str) -> str:
        if not url.startswith("https"):
            return as_meant(place, url)
        return "" if place == "stranger" else "HTTP/1.0 200 ok\n\n"

    found = {v.subject: v for v in ask(lab, passing)}
    assert not [v for v in found.values() if v.color is not Color.GREEN]
    # By its name alone, and by TLS alone.
    assert [route for route in found if "webpod-ingress" in route and "webpod.example" not in route] == []
    assert found[f"{PASSED}{PLACES[0]}"].observed == "200 by the backend"
    assert found[f"{PASSED}{PLACES[1]}"].observed == "no answer"


@pytest.mark.parametrize(("place", "text"), [("stranger", "HTTP/1.0 200 ok\n\n"), ("client", "")])
def test_where_tls_passes_through_whoever_is_answered_against_the_stack_is_red(place: str, text: str) -> None:
    def lab(who: str, url: str) -> str:
        if url.startswith("https"):
            return text if who == place else "" if who == "stranger" else "HTTP/1.0 200 ok\n\n"
        return as_meant(who, url)

    assert [s for s in not_green(ask(lab, passing)) if place in s] == [
        f"{PASSED}{next(p for p in PLACES if p.startswith(place))}"
    ]
