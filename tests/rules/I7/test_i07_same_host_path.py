"""I7 beyond its fixtures: two shared Ingresses have the same host and path."""

from __future__ import annotations

import pytest

from tests.rules.helpers import DEDICATED, INGRESS, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # A mode of its own is as good as the note.
        (
            INGRESS + "ingresses: [{ name: a, rules: [{ paths: [{ service: webpod, port: 80 }] }] },"
            " { name: b, loadBalancerMode: dedicated, rules: [{ paths: [{ service: webpod, port: 80 }] }] }]\n",
            [],
        ),
        (
            INGRESS + "ingresses: [{ name: a, rules: [{ paths: [{ service: webpod, port: 80 }] }] },"
            " { name: b, rules: [{ paths: [{ service: webpod, port: 80 }] }] }]\n",
            ["error ingresses[1].rules[0].paths[0]: every host /"],
        ),
        # Only what shares.
        (
            INGRESS + "ingresses:\n"
            "  - { name: a, rules: [{ host: a.example, paths: [{ service: a, port: 80 }] }] }\n"
            "  - { name: b, rules: [{ host: b.example, paths: [{ service: b, port: 80 }] }] }\n",
            [],
        ),
        (
            INGRESS + "ingresses:\n"
            "  - { name: a, rules: [{ paths: [{ service: a, port: 80 }] }] }\n"
            "  - { name: b, namespace: shop, rules: [{ paths: [{ service: b, port: 80 }] }] }\n",
            ["error ingresses[1].rules[0].paths[0]: every host /"],
        ),
        (
            INGRESS + "ingresses:\n"
            "  - { name: a, rules: [{ paths: [{ service: a, port: 80 }] }] }\n"
            "  - { name: b, rules: [{ paths: [{ service: b, port: 80, pathType: Exact }] }] }\n"
            "  - { name: c, rules: [{ host: shop.example, paths: [{ service: c, port: 80 }] }] }\n"
            f"  - {{ name: d, {DEDICATED}, rules: [{{ paths: [{{ service: d, port: 80 }}] }}] }}\n"
            "  - { name: e, ingressClassName: nginx, rules: [{ paths: [{ service: e, port: 80 }] }] }\n",
            [],
        ),
        (
            "ingresses:\n"
            "  - { name: a, rules: [{ paths: [{ service: a, port: 80 }] }] }\n"
            "  - { name: b, rules: [{ paths: [{ service: b, port: 80 }] }] }\n",
            [],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I7", patch)) == sorted(expected)
