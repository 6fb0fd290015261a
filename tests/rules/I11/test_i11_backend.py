"""I11 beyond its fixtures: the backend of an Ingress or a route does not exist."""

from __future__ import annotations

import pytest

from tests.rules.helpers import INGRESS, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # What answers where no rule does is a backend as well.
        (
            INGRESS + "ingresses: [{ name: a, defaultBackend: { service: webpod, port: 8080 } }]\n",
            ["error ingresses[0].defaultBackend.port: 8080"],
        ),
        (INGRESS + "ingresses: [{ name: a, defaultBackend: { service: webpod, port: 80 } }]\n", []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I11", patch)) == sorted(expected)
