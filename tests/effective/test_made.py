"""The Services that Cilium makes: among a stack's own, and the one whose address an Ingress has."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import parse
from config.stack import StackConfig
from effective.made import of_ingress, with_made

FILE = Path(__file__).resolve().parents[2] / "Pulumi.ingress.yaml"
DOCUMENT = yaml.safe_load(FILE.read_text())["config"]["cilium-edge:stack"]
SHARED, WEBPOD = ("kube-system", "cilium-ingress"), ("default", "cilium-ingress-webpod-ingress")
BASIC = ("default", "cilium-ingress-basic-ingress")
GATEWAY = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "Gateway",
    "metadata": {"name": "edge", "namespace": "shop"},
    "spec": {"gatewayClassName": "cilium", "listeners": [{"name": "web", "port": 8080, "protocol": "HTTP"}]},
}
Change = Callable[[Any], object]


def stack(change: Change = lambda d: None) -> StackConfig:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return parse(document, "ingress")


def made(change: Change = lambda d: None) -> list[tuple[str, str]]:
    """Those that are not declared, by namespace and name."""
    return [(s.namespace, s.name) for s in with_made(stack(change)).services if not s.managed]


def values(document: Any, _: object = None, **more: Any) -> None:
    document["cilium"]["values"].update(more)


def test_the_made_services_stand_behind_the_stacks_own() -> None:
    before = stack()
    after = with_made(before)
    assert [s.name for s in before.services] == ["details", "productpage", "webpod"]
    assert after.services[:3] == before.services
    assert [(s.namespace, s.name, s.type) for s in after.services[3:]] == [
        (*SHARED, "LoadBalancer"),
        (*WEBPOD, "LoadBalancer"),
    ]
    assert all([port.port for port in s.all_ports()] == [80, 443] for s in after.services[3:])
    assert after.model_copy(update={"services": before.services}) == before


@pytest.mark.parametrize(
    ("change", "services"),
    [
        (lambda d: d["ingressController"].update(mode="dedicated"), [SHARED, BASIC, WEBPOD]),
        (lambda d: d["ingresses"][1].pop("loadBalancerMode"), [SHARED]),
        # An Ingress of another controller is none of Cilium's business.
        (lambda d: d["ingresses"][1].update(ingressClassName="nginx"), [SHARED]),
        (lambda d: d["ingresses"][1].update(namespace="shop"), [SHARED, ("shop", "cilium-ingress-webpod-ingress")]),
        (lambda d: d["ingressController"].update(hostNetwork={"port": 8080}), []),
        (lambda d: values(d, ingressController={"hostNetwork": {"enabled": True}}), []),
        (lambda d: d.pop("ingressController"), []),
        (lambda d: d["cilium"].update(namespace="cilium"), [("cilium", "cilium-ingress"), WEBPOD]),
        (lambda d: values(d, ingressController={"service": {"name": "edge"}}), [("kube-system", "edge"), WEBPOD]),
        # A Gateway has its Service where the feature is on.
        (
            lambda d: values(d, d.update(manifests=[GATEWAY]), gatewayAPI={"enabled": True}),
            [SHARED, WEBPOD, ("shop", "cilium-gateway-edge")],
        ),
        (lambda d: d.update(manifests=[GATEWAY]), [SHARED, WEBPOD]),
    ],
)
def test_which_services_are_made(change: Change, services: list[tuple[str, str]]) -> None:
    assert made(change) == services


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["ingressController"].update(loadBalancerClass="io.cilium/bgp-control-plane"),
        lambda d: values(d, ingressController={"service": {"loadBalancerClass": "io.cilium/bgp-control-plane"}}),
    ],
)
def test_the_class_of_the_shared_service(change: Change) -> None:
    [shared] = [s for s in with_made(stack(change)).services if (s.namespace, s.name) == SHARED]
    assert shared.load_balancer_class == "io.cilium/bgp-control-plane"


@pytest.mark.parametrize(
    ("notes", "kind"),
    [
        ({"ingress.cilium.io/service-type": "NodePort"}, "NodePort"),
        ({"io.cilium.ingress/service-type": "NodePort"}, "NodePort"),
        # The newer prefix wins, and the operator replaces a type that it does not know.
        (
            {"io.cilium.ingress/service-type": "NodePort", "ingress.cilium.io/service-type": "LoadBalancer"},
            "LoadBalancer",
        ),
        ({"ingress.cilium.io/service-type": "ClusterIP"}, "LoadBalancer"),
    ],
)
def test_the_type_of_a_dedicated_ingresss_service(notes: dict[str, str], kind: str) -> None:
    services = with_made(stack(lambda d: d["ingresses"][1].update(annotations=notes))).services
    assert [s.type for s in services if (s.namespace, s.name) == WEBPOD] == [kind]


def test_what_an_ingress_says_of_its_service_is_said_of_the_made_one() -> None:
    def annotate(document: Any) -> None:
        document["ingressController"]["loadBalancerClass"] = "io.cilium/l2-announcer"
        document["ingresses"][1]["annotations"] = {
            "lbipam.cilium.io/ips": "192.168.10.213",
            "example.com/owner": "shop",
            "ingress.cilium.io/service-external-traffic-policy": "Local",
        }

    shared, dedicated = (s for s in with_made(stack(annotate)).services if not s.managed)
    assert (shared.load_balancer_class, shared.external_traffic_policy) == ("io.cilium/l2-announcer", "Cluster")
    assert (dedicated.load_balancer_class, dedicated.external_traffic_policy) == (None, "Local")
    assert dedicated.annotations == {"lbipam.cilium.io/ips": "192.168.10.213"}


@pytest.mark.parametrize(
    ("change", "basic", "webpod"),
    [
        (lambda d: None, SHARED, WEBPOD),
        (lambda d: d["ingressController"].update(mode="dedicated"), BASIC, WEBPOD),
        (
            lambda d: d["ingresses"][0].update(annotations={"ingress.cilium.io/loadbalancer-mode": "dedicated"}),
            BASIC,
            WEBPOD,
        ),
        (lambda d: d["ingresses"][1].update(loadBalancerMode="shared"), SHARED, SHARED),
        # Names are those of a namespace.
        (lambda d: d["ingresses"][0].update(name="webpod-ingress", namespace="shop"), SHARED, WEBPOD),
        (
            lambda d: d["ingresses"][0].update(name="webpod-ingress", namespace="shop", loadBalancerMode="dedicated"),
            ("shop", "cilium-ingress-webpod-ingress"),
            WEBPOD,
        ),
        (lambda d: values(d, ingressController={"service": {"name": "edge"}}), ("kube-system", "edge"), WEBPOD),
    ],
)
def test_an_ingress_has_the_address_of_its_own_service_or_the_shared_one(
    change: Change, basic: tuple[str, str], webpod: tuple[str, str]
) -> None:
    whole = stack(change)
    found = [of_ingress(whole, item) for item in whole.ingresses]
    assert [service and (service.namespace, service.name) for service in found] == [basic, webpod]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("ingressController"),
        lambda d: d["ingressController"].update(hostNetwork={}),
        lambda d: values(d, ingressController={"hostNetwork": {"enabled": True}}),
    ],
)
def test_without_a_service_there_is_none(change: Change) -> None:
    whole = stack(change)
    assert [of_ingress(whole, item) for item in whole.ingresses] == [None, None]
