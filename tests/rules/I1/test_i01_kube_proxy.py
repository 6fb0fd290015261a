"""I1 beyond its fixtures: the Ingress controller runs without kube-proxy replacement."""

from __future__ import annotations

import pytest

from tests.rules.helpers import INGRESS, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # NodePort.enabled stands in up to 1.18.
        (
            "cilium: { version: 1.18.0, kubeProxyReplacement: false, values: { nodePort: { enabled: true } } }\n"
            + INGRESS,
            [],
        ),
        (
            "cilium: { version: 1.19.1, kubeProxyReplacement: false, values: { nodePort: { enabled: true } } }\n"
            + INGRESS,
            ["error cilium.kubeProxyReplacement: false"],
        ),
        ("cilium: { kubeProxyReplacement: false }\n", []),
        (
            "cilium: { kubeProxyReplacement: false, values: { ingressController: { enabled: true } } }\n",
            ["error cilium.kubeProxyReplacement: false"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I1", patch)) == sorted(expected)
