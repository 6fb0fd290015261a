"""I2 beyond its fixtures: l7Proxy is off, but Ingresses, Gateways or the Envoy backend of Services need it."""

from __future__ import annotations

import pytest

from tests.rules.helpers import INGRESS, told, values


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # Each of the three is enough; without them, the proxy may be off.
        (INGRESS + values("l7Proxy: 'false'"), ["error cilium.values.l7Proxy: false"]),
        (values("l7Proxy: false, loadBalancer: { l7: { backend: envoy } }"), ["error cilium.values.l7Proxy: false"]),
        (values("l7Proxy: false") + "gatewayController: {}\n", ["error cilium.values.l7Proxy: false"]),
        (values("l7Proxy: false"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I2", patch)) == sorted(expected)
