"""P6 beyond its fixtures: Cilium does not serve a Service's loadBalancerClass."""

from __future__ import annotations

import pytest
import yaml

from config.load import parse
from rules.registry import check_all
from tests.config.dev_stack import document
from tests.rules.helpers import services, told
from tests.rules.test_fixtures import merged


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # A class that is nobody's near neighbor.
        (services("name: a, loadBalancerClass: metallb"), ["warning services[0].loadBalancerClass: metallb"]),
        (services("name: a, type: NodePort, loadBalancerClass: metallb"), []),
        # Cilium's own classes are served while their feature is on.
        (
            services("name: a, loadBalancerClass: io.cilium/l2-announcer"),
            ["warning services[0].loadBalancerClass: io.cilium/l2-announcer"],
        ),
        (services("name: a, type: NodePort, loadBalancerClass: io.cilium/l2-announcer"), []),
        (services("name: a, loadBalancerClass: io.cilium/bgp-control-plane"), []),
        (
            services("name: a, loadBalancerClass: io.cilium/l2-announcer")
            + "\ncilium: { values: { l2announcements: { enabled: true } } }",
            [],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P6", patch) == expected


def test_the_fix_of_a_foreign_class_names_the_near_one() -> None:
    change = yaml.safe_load(services("name: a, loadBalancerClass: io.cilium/bgp-control-plan"))
    fixes = [f.fix for f in check_all(parse(merged(document(), change), "dev")).findings if f.rule == "P6"]
    assert fixes == ["did you mean io.cilium/bgp-control-plane?"]
