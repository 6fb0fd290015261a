"""What is seldom: default backends, addresses of IPv6, ports of several, hosts without curl."""

from __future__ import annotations

from typing import Any

import pytest

from config.policy import NetworkPolicy
from effective.admission import into_backend, pod
from effective.entries import Entrance, Entry, Target, entrances
from probes.arp import judge as heard
from probes.ingress import backends
from probes.ingress.asked import Request
from probes.ingress.programmed import judge, routes
from probes.ingress.requests import verdicts
from probes.observations import Observations
from probes.verdict import Color
from tests.probes.ingress.recorded import Hosts, healthy, replied, stack


def with_default(document: Any) -> None:
    document["ingresses"][1] |= {"rules": [], "tls": [], "defaultBackend": {"service": "webpod", "port": 80}}


def test_a_default_backend_is_asked_for_what_no_rule_is_for() -> None:
    hosts = Hosts(stack(with_default), lambda place, url: replied("Hostname: webpod-1\n"))
    found = [v for v in verdicts(hosts.collector(), healthy(), {}) if "webpod-ingress" in v.subject]
    assert {v.subject.partition(" from ")[0] for v in found} == {"default/webpod-ingress /"}
    assert len(found) == 6 and {v.color for v in found if "stranger" not in v.subject} == {Color.GREEN}
    # Envoy has it as a prefix of everything, as long as no rule is that.
    answers = healthy()
    assert all(v.color is Color.GREEN for v in judge(stack(with_default), answers) if v.check == "envoy")
    for config in answers.envoys["cilium-w1"]["configs"]:
        for host in config["route_config"]["virtual_hosts"]:
            host["routes"] = [route for route in host["routes"] if "webpod" not in route["route"]["cluster"]]
    assert "/ to default:webpod:80" in str([v.observed for v in judge(stack(with_default), answers)])
    both = stack(lambda d: d["ingresses"][1].update(defaultBackend={"service": "other", "port": 80}))
    assert set(routes(entrances(both)[1])) == set(routes(entrances(stack())[1]))


def test_a_prefix_ends_without_a_slash() -> None:
    rules = [
        {
            "paths": [
                {"path": "/details/", "service": "s", "port": 1},
                {"path": "/exact/", "pathType": "Exact", "service": "s", "port": 1},
            ]
        }
    ]
    [item, _] = entrances(stack(lambda d: d["ingresses"][0].update(rules=rules)))
    assert {path for _, path, _ in routes(item)} == {"/details", "/exact/"}


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    somewhere = Entrance("Ingress", "default", "one", None, ())
    request = Request(somewhere, Entry(None, "/", "Prefix", (), 80), "2001:db8::7", "/", ())
    assert "http://[2001:db8::7]/" in request.curl(None)
    named = Request(somewhere, Entry("a.example", "/", "Prefix", (), 443, tls=True), "2001:db8::7", "/", ())
    assert "--resolve 'a.example:443:[2001:db8::7]'" in named.curl(None)


def test_a_host_without_curl_proves_nothing() -> None:
    hosts = Hosts(stack())
    hosts.has_curl = False
    found = verdicts(hosts.collector(), healthy(), {})
    assert found and {v.color for v in found} == {Color.GREY} and "has no curl" in found[0].cause


def test_a_route_to_the_second_port_of_a_service_is_judged_at_its_pods_port() -> None:
    answers = healthy()
    service = {
        "metadata": {"namespace": "default", "name": "webpod"},
        "spec": {"ports": [{"name": "web", "port": 80}, {"name": "admin", "port": 81}]},
    }
    answers.objects["services"] = [service]
    piece = next(s for s in answers.objects["slices"] if "webpod" in str(s["metadata"]["labels"]))
    piece["ports"] = [{"name": "web", "port": 8080}, {"name": "admin", "port": 9090}]
    for asked, wanted in ((80, 8080), (81, 9090), (82, 8080)):
        found = backends.find(answers, Target("default", "webpod", asked))
        assert not isinstance(found, str) and found.party is not None and found.party.port == wanted


def test_two_links_of_the_holder_are_one_holder() -> None:
    observations = Observations(hardware={"w1": {"02:00:00:00:00:01": "eth1", "02:00:00:00:00:02": "eth2"}})
    found = heard(observations, "client", "192.0.2.1", "w1", {"02:00:00:00:00:01", "02:00:00:00:00:02"})
    assert found.color is Color.GREEN and found.observed == "w1"


@pytest.mark.parametrize(
    ("selector", "good"),
    [
        ({}, False),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "reserved:ingress", "operator": "Exists"}]}, True),
        ({"matchLabels": {"reserved:ingress": ""}}, True),
        ({"matchLabels": {"reserved:ingress": "", "app": "a"}}, False),
    ],
)
def test_pods_of_every_kind_are_not_the_ingress(selector: Any, good: bool) -> None:
    """Cilium takes a selector without a reserved label to be of pods in some namespace."""
    guard = {"name": "one", "endpointSelector": {}, "ingress": [{"endpoints": [selector]}]}
    made = NetworkPolicy.model_validate(guard)
    assert into_backend([made], pod({"app": "web"}, "default", 80)).admitted == good
