"""Configurations of the kinds that other people run, and mistakes that other people made, against all rules.

Two files of merge patches onto one stack: `working.yaml`, where no rule may object with an error, and `mistakes.yaml`,
whose keys begin with the rule that has to speak. The closing line of a run counts both.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import parse
from config.stack import StackConfig
from rules.finding import Severity
from rules.part import judge_part, part
from rules.registry import RuleReport, check_all
from tests.rules.paths import astray
from tests.rules.test_fixtures import merged

HERE = Path(__file__).parent


@cache
def entries(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((HERE / f"{name}.yaml").read_text()))


def judged(patch: Any) -> RuleReport:
    return check_all(parse(merged(entries("base"), patch), "corpus"))


@pytest.mark.parametrize("name", entries("working"))
def test_what_runs_is_not_refused(name: str) -> None:
    assert judged(entries("working")[name]).errors == ()


@pytest.mark.parametrize("name", entries("mistakes"))
def test_a_mistake_is_told_by_its_rule(name: str) -> None:
    found = judged(entries("mistakes")[name]).findings
    assert name.partition(" ")[0] in [finding.rule for finding in found], [str(finding) for finding in found]


@pytest.mark.parametrize("name", entries("mistakes"))
def test_a_path_leads_to_a_place_of_the_users_file(name: str) -> None:
    document = merged(entries("base"), entries("mistakes")[name])
    assert astray(document, judged(entries("mistakes")[name]).findings) == []


def parts(stack: StackConfig) -> Iterator[dict[str, Any]]:
    """What each component of such a stack is given, with nothing of the others."""
    yield from ({"routers": (router,)} for router in stack.routers)
    if stack.bgp is not None:
        yield {"bgp": stack.bgp.model_copy(update={"return_routes": "off"}), "cilium": stack.cilium}
    yield {"pools": stack.pools, "cilium": stack.cilium}
    yield {"l2_policies": stack.l2_policies}
    yield {"ingresses": stack.ingresses, "network_policies": stack.network_policies}
    yield {"egress_policies": stack.egress_policies, "cilium": stack.cilium}


@pytest.mark.parametrize("name", entries("working"))
def test_a_part_of_what_runs_is_not_refused_alone(name: str) -> None:
    for fields in parts(parse(merged(entries("base"), entries("working")[name]), "corpus")):
        found = judge_part(part(**fields))
        assert [str(finding) for finding in found if finding.severity is Severity.ERROR] == [], fields.keys()
