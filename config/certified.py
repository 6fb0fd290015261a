"""Every certificate that a stack's Ingresses and Gateways serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.certificate import Certificate
from config.stack import StackConfig


@dataclass(frozen=True)
class Certified:
    """A certificate: its YAML path, the namespace of its Secret, and its hosts (none: unknown).

    `by_cilium`: whether Cilium serves the certificate, and not another controller.
    """

    path: str
    namespace: str
    certificate: Certificate
    hosts: tuple[str, ...]
    by_cilium: bool


def certified(stack: StackConfig) -> Iterator[Certified]:
    """The certificates of Ingresses, then those of Gateways. A TLS entry without a Secret name is left out."""
    for i, ingress in enumerate(stack.ingresses):
        for j, tls in enumerate(ingress.tls):
            if tls.secret_name is not None:
                yield Certified(
                    f"ingresses[{i}].tls[{j}]",
                    ingress.namespace,
                    tls,
                    tls.hosts,
                    ingress.class_name == "cilium" and stack.ingress_controller is not None,
                )
    for i, gateway in enumerate(stack.gateways):
        for j, listener in enumerate(gateway.listeners):
            if listener.tls is not None and listener.tls.secret_name is not None:
                hosts = (listener.hostname,) if listener.hostname else ()
                yield Certified(
                    f"gateways[{i}].listeners[{j}].tls",
                    listener.tls.secret_namespace or gateway.namespace,
                    listener.tls,
                    hosts,
                    gateway.gateway_class_name == "cilium",
                )
