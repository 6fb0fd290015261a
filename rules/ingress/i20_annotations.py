"""I20: An annotation of an Ingress has no effect as written.

Why: Cilium reads ten annotations of an Ingress by their exact keys, and some of them under an older prefix too.
Cilium ignores every other key, and every value that it cannot parse. The annotations for the Service apply only to
a dedicated Ingress, because a shared Ingress has no Service of its own.
Seen: At most in the operator's log.
Since: 1.16
Source: Cilium operator/pkg/ingress/annotations of 1.16.3, 1.18.0 and 1.19.7; operator/pkg/ingress/ingress_reconcile.go

Bad: `annotations: { ingress.cilium.io/request-timeout: "30" }`, `ingress.cilium.io/websocket: enabled`
Good: `annotations: { ingress.cilium.io/request-timeout: 30s }`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.ingress import OLD_PREFIX, PREFIX, UNDER_BOTH, Ingress
from rules.facts import Facts
from rules.finding import Finding, error, warning
from rules.words import nearest

_SWITCH = re.compile(r"enabled|1|t|T|true|True|TRUE|0|f|F|false|False|FALSE")
_PORT = re.compile(r"0*[1-9][0-9]{0,4}")
_SPAN = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)"
# Key -> its valid values, as a text and as an expression.
_READ = {
    "loadbalancer-mode": ("shared or dedicated", re.compile(r".*")),  # I3 checks the value.
    "loadbalancer-class": ("the name of a class", re.compile(r".+")),
    "service-type": ("LoadBalancer or NodePort", re.compile(r"LoadBalancer|NodePort")),
    "service-external-traffic-policy": ("Cluster or Local", re.compile(r"Cluster|Local")),
    "insecure-node-port": ("a port number", _PORT),
    "secure-node-port": ("a port number", _PORT),
    "host-listener-port": ("a port number", re.compile(r".*")),  # I5 checks the value.
    "tls-passthrough": ("enabled, true or false", _SWITCH),
    "force-https": ("enabled, disabled, true or false", re.compile(rf"disabled|{_SWITCH.pattern}")),
    "request-timeout": ("a duration such as 30s", re.compile(rf"0|({_SPAN})+")),
}
_OF_A_SERVICE = ("service-type", "service-external-traffic-policy", "insecure-node-port", "secure-node-port")
_NODE_PORTS = ("insecure-node-port", "secure-node-port")


def check(facts: Facts) -> Iterator[Finding]:
    """Checks keys, then values, then the mode of the Ingress."""
    controller = facts.stack.ingress_controller
    for i, ingress in enumerate(facts.stack.ingresses):
        if ingress.class_name != "cilium":
            continue
        where = f"ingresses[{i}].annotations"
        shared = controller is not None and ingress.mode(controller) == "shared"
        for key, text in ingress.annotations.items():
            name = _name(key)
            if name is not None:
                yield from _judged(where, ingress, key, name, text, shared)


def _name(key: str) -> str | None:
    """The key without the prefix. None for keys that are not Cilium's, and for misspellings that I3 reports."""
    prefix, _, name = key.rpartition("/")
    if f"{prefix}/" not in (PREFIX, OLD_PREFIX) or name.lower().replace("-", "").endswith("loadbalancermode"):
        return None
    return name


def _judged(where: str, ingress: Ingress, key: str, name: str, text: str, shared: bool) -> Iterator[Finding]:
    if name not in _READ:
        yield warning(where, "an annotation that Cilium reads", key, nearest(name, _READ, "take it out"))
        return
    if key.startswith(OLD_PREFIX) and name not in UNDER_BOTH:
        yield warning(where, "an annotation that Cilium reads", key, f"rename it to {PREFIX}{name}")
        return
    words, expression = _READ[name]
    if not expression.fullmatch(text):
        yield error(where, f"{key}: {words}", text or "nothing", "correct the value: Cilium ignores it")
    elif expression is _PORT and int(text) > 65535:
        yield error(where, f"{key}: {words}", text, "correct the value: the API refuses the Service")
    if shared and name in _OF_A_SERVICE:
        yield warning(
            where,
            f"{key} on a dedicated Ingress only",
            "a shared Ingress",
            "make the Ingress dedicated, or remove the annotation: the chart defines the shared Service",
        )
    elif name in _NODE_PORTS and _kind(ingress) != "NodePort":
        yield warning(
            where,
            f"{PREFIX}service-type: NodePort beside {key}",
            _kind(ingress),
            f"set {PREFIX}service-type: NodePort, or remove the port",
        )


def _kind(ingress: Ingress) -> str:
    """The type of a dedicated Ingress's Service."""
    return ingress.annotation("service-type") or "LoadBalancer"
