"""Stacks that look wrong and are not: no rule has an error for them."""

from __future__ import annotations

import copy

import pytest

from config.load import parse
from rules.registry import check_all
from tests.rules.helpers import Edit, instance, router
from tests.rules.test_fixtures import BASE


@pytest.mark.parametrize(
    "edits",
    [
        # IPv6 peers, 4-byte AS numbers, a listen range, a router that is not in the stack.
        [
            lambda d: instance(d).update(localASN=4200000001),
            lambda d: router(d)["peerGroups"][0].update(remoteAs="4200000001"),
        ],
        [
            lambda d: d["routers"].clear(),
            lambda d: d["bgp"].update(returnRoutes="off"),
            lambda d: [n["routes"].append({"to": "172.20.0.0/16", "via": "192.168.10.1"}) for n in d["nodes"][:3]],
            lambda d: d["nodes"][3]["routes"].append({"to": "172.20.0.0/16", "via": "192.168.20.1"}),
        ],
        [lambda d: d.pop("bgp")],
        [lambda d: d["cilium"].update(version="1.16.5")],
        [lambda d: d["cilium"].update(version="1.20.2")],
    ],
)
def test_a_stack_that_is_right_has_no_error(edits: list[Edit]) -> None:
    document = copy.deepcopy(BASE)
    for edit in edits:
        edit(document)
    assert check_all(parse(document, "t")).errors == ()
