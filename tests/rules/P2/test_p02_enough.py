"""P2 beyond its fixtures: the pools have fewer addresses than Services need."""

from __future__ import annotations

import pytest

from tests.rules.helpers import DEDICATED, INGRESS, POOL, services, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # One address for a sharing key, one for the shared Ingress, one for each dedicated one.
        (POOL % "{ start: 172.16.1.1 }" + services("name: a", "name: b"), ["error pools[0].blocks: 1"]),
        (
            POOL % "{ start: 172.16.1.1 }"
            + services(
                "name: a, annotations: { lbipam.cilium.io/sharing-key: web }",
                "name: b, port: 443, annotations: { io.cilium/lb-ipam-sharing-key: web }",
            ),
            [],
        ),
        (POOL % "{ start: 172.16.1.1 }" + INGRESS, ["error pools[0].blocks: 1"]),
        (POOL % "{ start: 172.16.1.1, stop: 172.16.1.2 }" + INGRESS, []),
        (
            POOL % "{ start: 172.16.1.1, stop: 172.16.1.2 }" + INGRESS + f"ingresses: [{{ name: a, {DEDICATED} }}]\n",
            ["error pools[0].blocks: 2"],
        ),
        (POOL % "{ start: 172.16.1.1 }" + "ingressController: { hostNetwork: { port: 8080 } }\n", []),
        (
            "pools: [{ name: a, blocks: [{ cidr: 172.16.1.2/31 }], allowFirstLastIPs: 'No' }]\n"
            + services("name: a", "name: b"),
            [],
        ),
        (
            POOL % "{ start: 172.16.1.1 }, { cidr: 'fd00::/120' }" + services("name: a", "name: b"),
            ["error pools[0].blocks: 1"],
        ),
        (POOL % "{ cidr: 'fd00::/120' }" + services("name: a", "name: b"), []),
        # Two pools that the same Services may use count together, and are told once.
        (
            "pools: [{ name: a, blocks: [{ start: 172.16.1.1 }] }, { name: b, blocks: [{ start: 172.16.2.1 }] }]\n"
            + services("name: a", "name: b"),
            [],
        ),
        (
            "pools: [{ name: a, blocks: [{ start: 172.16.1.1 }] }, { name: b, blocks: [{ start: 172.16.2.1 }] }]\n"
            + services("name: a", "name: b", "name: c"),
            ["error pools[0].blocks: 2"],
        ),
        # A disabled pool gives nothing.
        (
            "pools: [{ name: a, blocks: [{ start: 172.16.1.1 }] },"
            " { name: b, disabled: true, blocks: [{ cidr: 172.16.2.0/24 }] }]\n" + services("name: a", "name: b"),
            ["error pools[0].blocks: 1"],
        ),
        (
            POOL % "{ start: 172.16.1.1 }"
            + services(
                "name: a, annotations: { lbipam.cilium.io/sharing-key: web }",
                "name: b, port: 443, annotations: { lbipam.cilium.io/sharing-key: shop }",
            ),
            ["error pools[0].blocks: 1"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P2", patch) == expected
