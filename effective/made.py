"""The LoadBalancer Services that Cilium makes for Ingresses and Gateways, as Services of the stack.

Source: the chart's cilium-ingress-service.yaml; operator/pkg/model/translation/ingress/dedicated_ingress.go and
translation/gateway-api/translator.go of each release.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import Any

from config.gateway import Gateway
from config.ingress import Ingress
from config.net import Address
from config.stack import StackConfig
from config.whole import whole
from config.workload import Service, ServicePort
from effective.helm import Helm, reader
from effective.host_network import host_network

_PREFIXES = (
    "lbipam.cilium.io",
    "nodeipam.cilium.io",
    "service.beta.kubernetes.io",
    "service.kubernetes.io",
    "cloud.google.com",
)
GATEWAY_GROUP = "gateway.networking.k8s.io"
GATEWAY_IPS = "io.cilium/lb-ipam-ips"


@dataclass(frozen=True)
class Made:
    """An undeclared Service. `places` has the YAML paths of its fields. All other fields belong to `path`."""

    path: str
    service: Service
    places: dict[str, str]


def with_made(stack: StackConfig) -> StackConfig:
    """The stack, with the Services that Cilium makes for Ingresses and Gateways added to `services`."""
    return stack.model_copy(update={"services": (*stack.services, *_services(whole(stack).stack))})


def with_everything(stack: StackConfig) -> StackConfig:
    """The stack, with the objects under `manifests` in their sections, and the Services that Cilium makes."""
    read = whole(stack).stack
    return read.model_copy(update={"services": (*read.services, *_services(read))})


def _services(read: StackConfig) -> Iterator[Service]:
    """The Services that Cilium makes, for a stack with the objects under `manifests` in their sections."""
    helm = reader(read)
    yield from (one.service for one in (*of_ingresses(read, helm), *of_gateways(read, helm)))


def of_ingress(stack: StackConfig, item: Ingress) -> Service | None:
    """The Service with the address of an Ingress. None: the listeners are in the nodes' host network."""
    controller, helm = stack.ingress_controller, reader(stack)
    if controller is None or host_network(helm, "ingressController") is not None:
        return None
    own = {(one.service.namespace, one.service.name): one.service for one in of_ingresses(stack, helm)}
    shared = next(iter(own.values()))
    name = item.namespace, f"cilium-ingress-{item.name}"
    return own.get(name, shared) if item.mode(controller) == "dedicated" else shared


def of_ingresses(stack: StackConfig, helm: Helm) -> Iterator[Made]:
    """The shared Service, which the chart makes, and the Services of dedicated Ingresses."""
    controller = stack.ingress_controller
    if controller is None or host_network(helm, "ingressController") is not None:
        return
    values = "cilium.values.ingressController.service"
    # The whole maps are read: annotations and labels are free keys of the chart.
    given = stack.cilium.values.get("ingressController")
    given = given.get("service") if isinstance(given, dict) else None
    notes = given.get("annotations") if isinstance(given, dict) else None
    labels = given.get("labels") if isinstance(given, dict) else None
    service = _service(
        str(helm("ingressController.service.name") or "cilium-ingress"),
        stack.cilium.namespace,
        str(helm("ingressController.service.type") or "LoadBalancer"),
        _texts(labels),
        _texts(notes),
        helm("ingressController.service.externalTrafficPolicy"),
        helm("ingressController.service.loadBalancerClass") or None,
        helm("ingressController.service.loadBalancerIP"),
    )
    places = {
        "externalTrafficPolicy": f"{values}.externalTrafficPolicy",
        "annotations": f"{values}.annotations",
        "loadBalancerClass": "ingressController.loadBalancerClass"
        if controller.load_balancer_class
        else f"{values}.loadBalancerClass",
        "labels": f"{values}.labels",
        "requestedIPs": f"{values}.loadBalancerIP",
    }
    yield Made("ingressController", service, places)
    prefixes = helm("ingressController.ingressLBAnnotationPrefixes")
    prefixes = tuple(prefixes) if isinstance(prefixes, list) else _PREFIXES
    for i, item in enumerate(stack.ingresses):
        if item.class_name != "cilium" or item.mode(controller) != "dedicated":
            continue
        notes = item.annotations
        passed = {key: text for key, text in notes.items() if key.startswith(prefixes)}
        tags = {key: text for key, text in item.labels.items() if key.startswith(prefixes)}
        service = _service(
            f"cilium-ingress-{item.name}",
            item.namespace,
            # The operator replaces every other type by LoadBalancer.
            "NodePort" if item.annotation("service-type") == "NodePort" else "LoadBalancer",
            tags,
            passed,
            item.annotation("service-external-traffic-policy"),
            item.annotation("loadbalancer-class"),
            None,
        )
        where = f"ingresses[{i}].annotations"
        yield Made(
            f"ingresses[{i}]",
            service,
            dict.fromkeys(("externalTrafficPolicy", "annotations", "loadBalancerClass", "requestedIPs"), where),
        )


def of_gateways(stack: StackConfig, helm: Helm) -> Iterator[Made]:
    """The Services of the Gateways of Cilium's class; none if Gateway API is off or uses the nodes' host network."""
    if str(helm("gatewayAPI.enabled")).lower() != "true" or host_network(helm, "gatewayAPI") is not None:
        return
    said = "gatewayController" if stack.gateway_controller else "cilium.values.gatewayAPI"
    for path, item in gateways(stack):
        labels = {
            "io.cilium.gateway/owning-gateway": item.name,
            f"{GATEWAY_GROUP}/gateway-name": item.name,
            **item.infrastructure.labels,
        }
        notes = dict(item.infrastructure.annotations)
        if item.addresses and stack.cilium.release >= (1, 17):
            notes.setdefault(GATEWAY_IPS, ",".join(item.addresses))
        service = _service(
            _short(f"cilium-gateway-{item.name}"),
            item.namespace,
            "LoadBalancer",
            labels,
            notes,
            helm("gatewayAPI.externalTrafficPolicy"),
            None,
            None,
        )
        ports = dict.fromkeys(listener.port for listener in item.listeners)
        service = service.model_copy(update={"ports": tuple(ServicePort(port=port) for port in ports)})
        yield Made(
            path,
            service,
            {
                "externalTrafficPolicy": f"{said}.externalTrafficPolicy",
                "annotations": f"{path}.addresses" if item.addresses else f"{path}.infrastructure.annotations",
                "labels": f"{path}.infrastructure.labels",
            },
        )


def gateways(stack: StackConfig) -> Iterator[tuple[str, Gateway]]:
    """The Gateways of Cilium's class, with their YAML paths."""
    classes = {"cilium"}
    for item in stack.manifests:
        spec = item.document().get("spec") or {}
        if item.kind == "GatewayClass" and spec.get("controllerName") == "io.cilium/gateway-controller":
            classes.add(item.metadata.name)
    yield from ((f"gateways[{i}]", item) for i, item in enumerate(stack.gateways) if item.gateway_class_name in classes)


def _service(
    name: str,
    space: str,
    kind: str,
    labels: dict[str, str],
    notes: dict[str, str],
    policy: Any,
    cls: str | None,
    asked: Any,
) -> Service:
    own = {} if name.startswith("cilium-gateway-") else {"cilium.io/ingress": "true"}
    return Service.model_construct(
        name=name,
        namespace=space,
        type=kind,
        labels={**own, **labels},
        selector={},
        port=80,
        target_port=80,
        protocol="TCP",
        ports=(ServicePort(name="http", port=80), ServicePort(name="https", port=443)),
        annotations=notes,
        requested_ips=_addresses(asked),
        managed=False,
        load_balancer_class=cls,
        external_traffic_policy="Local" if policy == "Local" else "Cluster",
    )


def _addresses(text: Any) -> tuple[Address, ...]:
    try:
        return (ip_address(text),) if isinstance(text, str) and text else ()
    except ValueError:
        return ()


def _texts(values: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in values.items()} if isinstance(values, dict) else {}


def _short(name: str) -> str:
    """The operator truncates names of more than 63 characters and appends a digest."""
    return name if len(name) <= 63 else f"{name[:52]}-{sha256(name.encode()).hexdigest()[:10]}"
