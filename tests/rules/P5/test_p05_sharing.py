"""P5 beyond its fixtures: services with one sharing key cannot share an address."""

from __future__ import annotations

import pytest

from tests.rules.helpers import services, told

KEY = "lbipam.cilium.io/sharing-key: web"
CROSS = "lbipam.cilium.io/sharing-cross-namespace"


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (services("name: a", "name: b"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P5", patch) == expected


@pytest.mark.parametrize(
    ("one", "two", "got"),
    [
        (f"annotations: {{ {KEY} }}", f"annotations: {{ {KEY} }}", []),
        (f"annotations: {{ {KEY} }}", f"annotations: {{ {KEY} }}, port: 80", ["port 80/TCP, which webpod has too"]),
        (f"annotations: {{ {KEY} }}", "annotations: { lbipam.cilium.io/sharing-key: shop }, port: 80", []),
        (f"annotations: {{ {KEY} }}", "port: 80", []),
        (
            f"annotations: {{ {KEY} }}",
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local",
            ["externalTrafficPolicy Local and Cluster"],
        ),
        (
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local, selector: {{ app: webpod }}",
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local, selector: {{ app: shop }}",
            ["externalTrafficPolicy Local with different pods"],
        ),
        (
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local",
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local",
            ["externalTrafficPolicy Local with different pods"],
        ),
        (
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local, selector: {{ app: webpod }}",
            f"annotations: {{ {KEY} }}, externalTrafficPolicy: Local, selector: {{ app: webpod }}",
            [],
        ),
        (
            f"annotations: {{ {KEY} }}",
            f"annotations: {{ {KEY} }}, namespace: shop",
            ["namespaces default and shop without the consent of both"],
        ),
        (
            f"annotations: {{ {KEY}, {CROSS}: shop }}",
            f"annotations: {{ {KEY} }}, namespace: shop",
            ["namespaces default and shop without the consent of both"],
        ),
        (
            f"annotations: {{ {KEY} }}",
            f"annotations: {{ {KEY}, {CROSS}: '*' }}, namespace: shop",
            ["namespaces default and shop without the consent of both"],
        ),
        (
            f"annotations: {{ {KEY}, {CROSS}: 'mail,shop' }}",
            f"annotations: {{ {KEY}, {CROSS}: '*' }}, namespace: shop",
            [],
        ),
    ],
)
def test_services_share_an_address_only_where_they_agree(one: str, two: str, got: list[str]) -> None:
    patch = services(f"name: webpod, {one}", f"name: shop, {'' if 'port:' in two else 'port: 443, '}{two}")
    assert told("P5", patch) == [f"warning services[1].annotations: {text}" for text in got]
