"""I5 beyond its fixtures: a listener on the host network cannot open its port."""

from __future__ import annotations

import pytest

from tests.rules.helpers import DEDICATED, HOST_NETWORK, INGRESS, MODE, told, values

# Before it, no dedicated Ingress can listen on the nodes.
FIXED = "cilium: { version: 1.18.1 }\n"
LISTENER = "ingress.cilium.io/host-listener-port"


def gateways(*ports: str) -> str:
    """Gateways on the host network, each with one listener."""
    rows = [f"  - {{ name: g{i}, listeners: [{{ name: a, port: {port} }}] }}\n" for i, port in enumerate(ports)]
    return "gatewayController: { hostNetwork: {} }\ngateways:\n" + "".join(rows)


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # The capability, the default port, one port for two.
        (
            "ingressController: { hostNetwork: { port: 80 } }\n"
            + values(
                "envoy: { enabled: true, securityContext: { capabilities: {"
                " keepCapNetBindService: true, envoy: [NET_ADMIN, NET_BIND_SERVICE] } } }"
            ),
            [],
        ),
        ("ingressController: { hostNetwork: { port: 1023 } }\n", ["error ingressController.hostNetwork.port: 1023"]),
        ("ingressController: { hostNetwork: { port: 1024 } }\n", []),
        (
            FIXED
            + "ingressController: { hostNetwork: {} }\n"
            + f"ingresses: [{{ name: a, annotations: {{ {MODE}: dedicated, {LISTENER}: '8080' }} }}]\n",
            ["error ingresses[0].annotations: 8080"],
        ),
        (
            FIXED
            + "ingressController: { hostNetwork: { port: 9090 } }\n"
            + f"ingresses: [{{ name: a, annotations: {{ {MODE}: dedicated, {LISTENER}: '9090' }} }}]\n",
            ["error ingresses[0].annotations: 9090"],
        ),
        (
            FIXED
            + HOST_NETWORK
            + "ingresses:\n"
            + f"  - {{ name: a, annotations: {{ {MODE}: dedicated, {LISTENER}: '8081' }} }}\n"
            + f"  - {{ name: b, annotations: {{ {MODE}: dedicated, {LISTENER}: '8081' }} }}\n"
            + f"  - {{ name: c, annotations: {{ {MODE}: dedicated, {LISTENER}: '8082' }} }}\n  - {{ name: d }}\n",
            ["error ingresses[1].annotations: 8081"],
        ),
        (INGRESS + f"ingresses: [{{ name: a, {DEDICATED} }}]\n", []),
        # The Helm values say it alone, or the port beside the field.
        (
            INGRESS + values("ingressController: { hostNetwork: { enabled: true, sharedListenerPort: 80 } }"),
            ["error cilium.values.ingressController.hostNetwork.sharedListenerPort: 80"],
        ),
        (
            "cilium: { version: 1.18.1,"
            " values: { ingressController: { hostNetwork: { sharedListenerPort: 8081 } } } }\n"
            "ingressController: { hostNetwork: {} }\n"
            f"ingresses: [{{ name: a, annotations: {{ {MODE}: dedicated, {LISTENER}: '8081' }} }}]\n",
            ["error ingresses[0].annotations: 8081"],
        ),
        (INGRESS + values("ingressController: { hostNetwork: { sharedListenerPort: 80 } }"), []),
        # Gateways: low ports, ports of other Gateways, and ports of Ingresses on the same nodes.
        (gateways("80"), ["error gateways[0].listeners[0].port: 80"]),
        (gateways("80").replace("hostNetwork: {}", ""), []),
        (gateways("8000", "8000"), ["error gateways[1].listeners[0].port: 8000"]),
        (gateways("8000", "8001"), []),
        (gateways("8080") + HOST_NETWORK, ["error gateways[0].listeners[0].port: 8080"]),
        (
            gateways("8080") + "ingressController: { hostNetwork: { nodeSelector: { matchLabels: { a: b } } } }\n",
            [],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I5", patch)) == sorted(expected)
