"""Ingresses of a stack file: certificates, backends and modes that contradict themselves."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import ConfigError
from config.ingress import Ingress
from config.load import parse
from config.shapes import ingress
from tests.config.dev_stack import document

PATHS = [{"paths": [{"service": "webpod", "port": 80}]}]
OWN = {"secretName": "t", "certificateConfig": "c", "keyConfig": "k"}


def stack(*ingresses: dict[str, Any]) -> dict[str, Any]:
    return {**document(), "ingresses": [{"name": f"i{n}", "rules": PATHS, **one} for n, one in enumerate(ingresses)]}


@pytest.mark.parametrize(
    ("ingresses", "words"),
    [
        ([{"tls": [{"secretName": "t", "certificateConfig": "c"}]}], "certificateConfig and keyConfig together"),
        ([{"tls": [{"certificateConfig": "c", "keyConfig": "k"}]}], "certificateConfig and keyConfig together"),
        (
            [{"tls": [OWN]}, {"tls": [{**OWN, "keyConfig": "other"}]}],
            r"ingresses\[1\].tls\[0\].certificateConfig: expected c, k, as ingresses\[0\].tls\[0\] has for",
        ),
        (
            [{"loadBalancerMode": "shared", "annotations": {"ingress.cilium.io/loadbalancer-mode": "shared"}}],
            "loadBalancerMode or the annotation",
        ),
        ([{"loadBalancerMode": "dedicted"}], "loadBalancerMode"),
    ],
)
def test_what_contradicts_itself_is_refused(ingresses: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse(stack(*ingresses), "dev")


@pytest.mark.parametrize("controller", ["ingressController", "gatewayController"])
def test_nodes_are_chosen_by_labels_alone(controller: str) -> None:
    """The chart has no matchExpressions for the nodes of the host network."""
    selector: dict[str, Any] = {"matchLabels": {"role": "edge"}}
    parse({**document(), controller: {"hostNetwork": {"nodeSelector": selector}}}, "dev")
    selector["matchExpressions"] = [{"key": "zone", "operator": "Exists"}]
    with pytest.raises(ConfigError, match=rf"{controller}.hostNetwork: expected nodeSelector with matchLabels alone"):
        parse({**document(), controller: {"hostNetwork": {"nodeSelector": selector}}}, "dev")


def test_one_secret_serves_several_ingresses_and_namespaces_have_their_own() -> None:
    other = {"namespace": "shop", "tls": [{**OWN, "certificateConfig": "of-the-shop"}]}
    parse(stack({"tls": [OWN]}, {"tls": [OWN]}, {"tls": [{"secretName": "t"}]}, other), "dev")


def test_an_object_of_the_api_is_read_whole() -> None:
    spec = {
        "ingressClassName": "cilium",
        "tls": [{"hosts": ["a.example"], "secretName": "t"}, {}],
        "defaultBackend": {"service": {"name": "web", "port": {"name": "http"}}},
    }
    read = Ingress.model_validate(ingress({"kind": "Ingress", "metadata": {"name": "i"}, "spec": spec}))
    assert [(tls.hosts, tls.secret_name) for tls in read.tls] == [(("a.example",), "t"), ((), None)]
    assert [(place, one.service, one.port) for place, one in read.backends()] == [("defaultBackend", "web", "http")]
