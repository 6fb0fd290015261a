"""One component's part of a stack, judged alone: what it is enough for is told, and nothing else."""

from __future__ import annotations

import yaml

from config.load import parse
from rules.part import judge_part, part
from rules.scope import OF_ABSENCE, OF_FIELDS, ROUTER, SCOPE
from tests.corpus.test_corpus import parts
from tests.rules.test_fixtures import BASE, HERE, IDS, merged


def told(rule_id: str) -> set[str]:
    """The rules that speak of some part of a rule's bad stack."""
    patch = yaml.safe_load((HERE / rule_id / "bad.yaml").read_text()) or {}
    patch.pop("before", None)
    stack = parse(merged(BASE, patch), rule_id)
    return {finding.rule for fields in parts(stack) for finding in judge_part(part(**fields))}


def test_a_part_is_judged_as_far_as_it_goes() -> None:
    enough = {rule for rule in IDS if rule in told(rule)}
    assert enough <= ((SCOPE | ROUTER) - OF_ABSENCE) | OF_FIELDS
    # Of a router alone all of them, but the timers that the cluster's side promises.
    assert ROUTER - enough == {"R7"}
    assert enough - ROUTER >= {
        "B5",
        "B10",
        "B12",
        "B16",
        "B34",
        "P1",
        "P8",
        "I10",
        "I20",
        "I21",
        "X9",
        "G4",
        "G11",
        "G21",
    }, sorted(enough)
