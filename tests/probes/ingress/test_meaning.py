"""What a request means by the stack's policies, and the likely cause of a reply that was not meant."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from config.policy import NetworkPolicy
from effective.admission import Answer, Party, outside, pod
from probes import conditions
from probes.ingress.backends import Backend
from probes.ingress.meaning import Meaning, in_force, meant, why
from probes.ingress.reply import Reply
from probes.observations import Observations
from probes.verdict import Color
from tests.probes.ingress.recorded import healthy, stack

WEBPOD = Backend("webpod", ("webpod-1", "webpod-2"), pod({"app": "webpod"}, "default", 80))
NOBODY = Backend("webpod", (), None)
CLIENT, STRANGER = outside(ip_address("192.168.10.200"), 80), outside(ip_address("192.168.10.201"), 80)
CURL = pod({"app": "curl"}, "default", 80)
# A backend that takes clients, and forgot that to it every client is the Ingress.
WORLD = NetworkPolicy.model_validate(
    {
        "name": "webpod-world",
        "endpointSelector": {"matchLabels": {"app": "webpod"}},
        "ingress": [{"entities": ["world"]}],
    }
)
# An Ingress that may go nowhere.
CLOSED = NetworkPolicy.model_validate(
    {"name": "ingress-egress", "endpointSelector": {"matchLabels": {"reserved:ingress": ""}}, "egress": []}
)
BOTH = ("external-lockdown", "allow-cidr")
YES, FIRST = Meaning(True), Meaning(False, "first", Answer(False, BOTH))
SECOND = Meaning(False, "second", Answer(False, ("webpod-world",)))


def guards() -> list[NetworkPolicy]:
    """The policies of the shipped stack."""
    return [policy for _, policy in stack().guards()]


@pytest.mark.parametrize(
    ("change", "client", "backend", "meaning"),
    [
        (lambda p: None, CLIENT, WEBPOD, YES),
        (lambda p: None, CURL, WEBPOD, YES),
        (lambda p: None, STRANGER, WEBPOD, FIRST),
        (lambda p: p.clear(), STRANGER, WEBPOD, YES),
        (lambda p: p.pop(1), CLIENT, WEBPOD, Meaning(False, "first", Answer(False, ("external-lockdown",)))),
        # The lockdown itself lets the cluster, and with it the Ingress, on to the pods.
        (lambda p: p.append(WORLD), CLIENT, WEBPOD, YES),
        (lambda p: p.__setitem__(slice(None), [WORLD]), CLIENT, WEBPOD, SECOND),
        (lambda p: p.append(CLOSED), CLIENT, WEBPOD, Meaning(False, "second", Answer(False, ("ingress-egress",)))),
        # The first hop is told before the second.
        (lambda p: p.append(CLOSED), STRANGER, WEBPOD, FIRST),
        # That a backend has no pod is a fault and no policy's word.
        (lambda p: p.append(CLOSED), CLIENT, NOBODY, YES),
        (lambda p: None, STRANGER, NOBODY, FIRST),
    ],
)
def test_what_a_request_means(
    change: Callable[[list[NetworkPolicy]], object], client: Party, backend: Backend, meaning: Meaning
) -> None:
    policies = guards()
    change(policies)
    # An iterator serves all hops.
    assert meant(iter(policies), client, backend) == meaning


@pytest.mark.parametrize(
    ("meaning", "text"),
    [
        (YES, "an answer of webpod"),
        (FIRST, "403: no rule of external-lockdown, allow-cidr admits this client"),
        (SECOND, "no answer of webpod: no rule of webpod-world admits Ingress"),
    ],
)
def test_a_meaning_is_told(meaning: Meaning, text: str) -> None:
    assert meaning.text("webpod") == text


def live(answers: Observations) -> list[Any]:
    return answers.objects["CiliumClusterwideNetworkPolicy"]


def admitting(answers: Observations) -> None:
    live(answers).append(
        {
            "metadata": {"name": "let-all"},
            "spec": {
                "endpointSelector": {"matchLabels": {"reserved:ingress": ""}},
                "ingress": [{"fromEntities": ["all"]}],
            },
        }
    )


def only_world(answers: Observations) -> None:
    live(answers)[:] = [
        {
            "metadata": {"name": "webpod-world"},
            "spec": {"endpointSelector": {"matchLabels": {"app": "webpod"}}, "ingress": [{"fromEntities": ["world"]}]},
        }
    ]


def denying(answers: Observations, _: object = None) -> None:
    answers.objects["CiliumNetworkPolicy"].append(
        {
            "metadata": {"name": "no-bots", "namespace": "shop"},
            "spec": {"endpointSelector": {}, "ingressDeny": [{"icmps": [{}]}]},
        }
    )


def closed_to_the_net(answers: Observations) -> None:
    live(answers).append(
        {
            "metadata": {"name": "no-net"},
            "spec": {
                "endpointSelector": {"matchExpressions": [{"key": "reserved:ingress", "operator": "Exists"}]},
                "ingressDeny": [{"fromCIDR": ["192.168.10.0/24"]}],
            },
        }
    )


@pytest.mark.parametrize(
    ("change", "client", "backend", "reply", "meaning", "cause"),
    [
        (lambda s: None, CLIENT, NOBODY, Reply(503), YES, "Service webpod has no ready pod"),
        # Envoy looks for a pod before it asks the policies.
        (lambda s: None, STRANGER, NOBODY, Reply(503), FIRST, "Service webpod has no ready pod"),
        (lambda s: None, CLIENT, Backend("wbe", (), None, missing=True), Reply(503), YES, "there is no Service wbe"),
        (lambda s: None, CLIENT, WEBPOD, Reply(200, True), YES, "a pod answered that is none of the backend's"),
        # Answered, and it was not to be.
        (
            lambda s: None,
            STRANGER,
            WEBPOD,
            Reply(200, True),
            FIRST,
            "external-lockdown, allow-cidr is not in force: the agent has not told Envoy yet",
        ),
        (
            lambda s: live(s).clear(),
            STRANGER,
            WEBPOD,
            Reply(200, True),
            FIRST,
            "not in the cluster: allow-cidr, external-lockdown",
        ),
        (lambda s: live(s).pop(0), STRANGER, WEBPOD, Reply(200, True), FIRST, "not in the cluster: external-lockdown"),
        (
            admitting,
            STRANGER,
            WEBPOD,
            Reply(200, True),
            FIRST,
            "a policy that the stack does not have admits it: let-all",
        ),
        (
            lambda s: live(s)[1]["spec"]["ingress"][0]["fromCIDRSet"].append({"cidr": "0.0.0.0/0"}),
            STRANGER,
            WEBPOD,
            Reply(200, True),
            FIRST,
            "a policy that the stack does not have admits it: none that can be read",
        ),
        # Not answered, and it was to be.
        (
            lambda s: live(s).pop(1),
            CLIENT,
            WEBPOD,
            Reply(403),
            YES,
            "first hop: no rule of external-lockdown admits this client to the Ingress",
        ),
        (
            only_world,
            CLIENT,
            WEBPOD,
            Reply(None),
            YES,
            "second hop: no rule of webpod-world admits Ingress (its own identity) to the backend",
        ),
        (
            lambda s: denying(s, live(s).pop(1)),
            CLIENT,
            WEBPOD,
            Reply(403),
            YES,
            "first hop: no rule of external-lockdown"
            " admits this client to the Ingress; no-bots says more than is judged here",
        ),
        (
            closed_to_the_net,
            CLIENT,
            WEBPOD,
            Reply(403),
            YES,
            "first hop: a rule of no-net denies this client to the Ingress",
        ),
        (
            denying,
            CLIENT,
            WEBPOD,
            Reply(403),
            YES,
            "a policy refuses it that is not judged here; no-bots says more than is judged here",
        ),
        (lambda s: None, CLIENT, WEBPOD, Reply(403), YES, "a policy refuses it that is not judged here"),
        (
            lambda s: None,
            CLIENT,
            WEBPOD,
            Reply(None),
            YES,
            "no answer at the address: which node holds its Lease or announces it, and does Envoy run there?",
        ),
        (
            lambda s: None,
            CLIENT,
            WEBPOD,
            Reply(404),
            YES,
            "Envoy has no such route: host or path of the request, or of the Ingress as it is in the cluster",
        ),
        (
            lambda s: None,
            CLIENT,
            WEBPOD,
            Reply(503),
            YES,
            "Envoy reaches no pod of Service webpod: does it listen on the Service's targetPort?",
        ),
        (
            lambda s: None,
            CLIENT,
            WEBPOD,
            Reply(None, connected=True),
            YES,
            "the connection was accepted, but no answer came: does a pod of Service webpod hang?",
        ),
        (
            lambda s: None,
            CLIENT,
            WEBPOD,
            Reply(503, reset="connection termination"),
            YES,
            "a pod of Service webpod took the request and closed the connection without an answer",
        ),
        (
            lambda s: None,
            CLIENT,
            WEBPOD,
            Reply(503, reset="remote connection failure"),
            YES,
            "Envoy reaches no pod of Service webpod: does it listen on the Service's targetPort?",
        ),
        (lambda s: None, CLIENT, WEBPOD, Reply(504), YES, "no pod of Service webpod answered within the route's time"),
        (lambda s: None, CLIENT, WEBPOD, Reply(301), YES, "Envoy answered by itself"),
    ],
)
def test_why_a_reply_was_not_as_it_was_meant(
    change: Callable[[Observations], object],
    client: Party,
    backend: Backend,
    reply: Reply,
    meaning: Meaning,
    cause: str,
) -> None:
    answers = healthy()
    change(answers)
    assert why(answers, client, backend, reply, meaning) == cause


def test_what_is_in_the_cluster_is_read_as_the_stack_has_it() -> None:
    assert in_force(healthy()) == (guards(), [])
    assert in_force(Observations()) == ([], [])


@pytest.mark.parametrize(
    ("spec", "read"),
    [
        ({"endpointSelector": {}, "ingress": [{"fromRequires": [{}]}]}, True),
        ({"endpointSelector": {}, "egressDeny": [{"icmps": [{}]}]}, True),
        # A rule of HTTP inside one of ports.
        ({"endpointSelector": {}, "ingress": [{"toPorts": [{"rules": {"http": [{"method": "GET"}]}}]}]}, True),
        ({"endpointSelector": {}, "egress": [{"toPorts": [{"rules": {"dns": [{}]}}]}]}, True),
        ({"endpointSelector": {}, "nodeSelector": {}}, False),
        (None, False),
    ],
)
def test_a_policy_that_says_more_than_is_judged_is_named(spec: Any, read: bool) -> None:
    answers = healthy()
    live(answers).append({"metadata": {"name": "more"}, "spec": spec})
    policies, beyond = in_force(answers)
    assert beyond == ["more"] and [p.name for p in policies] == [*BOTH, *(["more"] if read else [])]


def test_a_policy_of_a_namespace_is_no_policy_of_the_ingress() -> None:
    answers = healthy()
    live(answers).clear()
    spec: dict[str, Any] = {"endpointSelector": {}, "ingress": [{}]}
    answers.objects["CiliumNetworkPolicy"] = [{"metadata": {"name": "deny", "namespace": "default"}, "spec": spec}]
    policies, beyond = in_force(answers)
    assert meant(policies, STRANGER, WEBPOD) == Meaning(False, "second", Answer(False, ("deny",))) and beyond == []


def test_a_policy_that_the_agents_refuse_neither_admits_nor_locks() -> None:
    answers = healthy()
    wrong = {"type": "Valid", "status": "False", "message": "combining FromCIDR and FromEntities"}
    live(answers)[0]["status"] = {"conditions": [wrong]}
    assert [policy.name for policy in in_force(answers)[0]] == ["allow-cidr"]
    [verdict] = [v for v in conditions.judge(stack(), answers) if v.color is Color.RED]
    assert verdict.subject == "external-lockdown" and "combining FromCIDR and FromEntities" in verdict.cause
    # Another's policy is no fault of this stack.
    live(answers)[0]["metadata"]["name"] = "foreign"
    assert not [v for v in conditions.judge(stack(), answers) if v.color is Color.RED]
    live(answers)[0]["metadata"]["name"] = "external-lockdown"
    wrong["status"] = "True"
    assert in_force(answers) == (guards(), [])
