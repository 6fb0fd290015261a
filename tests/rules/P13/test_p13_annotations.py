"""P13 beyond its fixtures: Cilium does not read an annotation as written."""

from __future__ import annotations

import pytest

from tests.rules.helpers import told

_STACK = """
cilium: {{ version: {version} }}
services:
- {{ name: webpod, selector: {{ app: webpod }}, annotations: {{ {key}: "1" }} }}
"""


@pytest.mark.parametrize(
    ("version", "key", "read"),
    [
        ("1.17.4", "service.cilium.io/node-selector", False),
        ("1.18.0", "service.cilium.io/node-selector", True),
        # Of EndpointSlices, not of Services.
        ("1.20.2", "service.cilium.io/weight", False),
    ],
)
def test_keys_by_the_release_that_brought_them(version: str, key: str, read: bool) -> None:
    assert bool(told("P13", _STACK.format(version=version, key=key))) is not read
