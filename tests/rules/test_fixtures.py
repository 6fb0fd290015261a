"""Each rule on its bad and its good stack: merge patches onto the shipped one, and the printed findings.

EDGE_SNAPSHOTS=write rewrites bad.txt.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import parse
from config.stack import StackConfig
from rules.registry import RuleReport, check_all, rules
from tests.rules.paths import astray

HERE = Path(__file__).parent
BASE = yaml.safe_load((HERE.parents[1] / "Pulumi.dev.yaml").read_text())["config"]["cilium-edge:stack"]
IDS = [rule.id for rule in rules()]
FILES = ("bad.yaml", "good.yaml", "bad.txt")


def merged(under: Any, patch: Any) -> Any:
    """RFC 7386: objects merge, null takes out, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(under) if isinstance(under, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def document(rule_id: str, name: str) -> Any:
    """The stack of a fixture as a user's file has it, without the stack that ran before."""
    patch = yaml.safe_load((HERE / rule_id / name).read_text()) or {}
    patch.pop("before", None)
    return merged(BASE, patch)


@cache
def report(rule_id: str, name: str) -> RuleReport:
    """What all rules say of a fixture."""
    patch = yaml.safe_load((HERE / rule_id / name).read_text()) or {}
    before: StackConfig | None = None
    if "before" in patch:
        before = parse(merged(BASE, patch.pop("before")), rule_id)
    return check_all(parse(merged(BASE, patch), rule_id), before)


def told(found: RuleReport, rule_id: str) -> list[str]:
    return [f"{finding.severity} {finding}" for finding in found.findings if finding.rule == rule_id]


def test_every_rule_has_its_fixtures_and_no_fixture_lacks_a_rule() -> None:
    missing = [f"{rule_id}/{name}" for rule_id in IDS for name in FILES if not (HERE / rule_id / name).exists()]
    assert not missing
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(IDS)


@pytest.mark.parametrize("rule_id", IDS)
def test_the_bad_stack_is_told_as_recorded(rule_id: str) -> None:
    lines = told(report(rule_id, "bad.yaml"), rule_id)
    assert lines, f"{rule_id} says nothing of its bad stack"
    recorded = HERE / rule_id / "bad.txt"
    if os.environ.get("EDGE_SNAPSHOTS") == "write":
        recorded.write_text("\n".join(lines) + "\n")
    assert recorded.read_text().splitlines() == lines


@pytest.mark.parametrize("rule_id", IDS)
def test_a_path_leads_to_a_place_of_the_stack(rule_id: str) -> None:
    assert astray(document(rule_id, "bad.yaml"), report(rule_id, "bad.yaml").findings) == []


@pytest.mark.parametrize("rule_id", IDS)
def test_the_good_stack_passes_every_rule(rule_id: str) -> None:
    found = report(rule_id, "good.yaml")
    assert told(found, rule_id) == []
    assert found.errors == ()
