"""The effects of changes on live traffic: every field of a stack has one."""

from __future__ import annotations

import re

import pytest

from config.load import parse
from rules.changes.effects import Effect, effects
from rules.changes.semantic import SemanticChange, differences
from tests.config.dev_stack import dev_stack, document
from tests.rules.paths import fields
from tests.rules.test_fixtures import merged

# The nodes of groups are compared as nodes. Names identify entries, and do not change.
_COMPARED = [path for path in fields() if not path.startswith("nodeGroups") and not re.search(r"\[x\]\.name$", path)]


def effect(change: SemanticChange) -> Effect:
    (found,) = effects([change], dev_stack(), dev_stack())
    return found


@pytest.mark.parametrize("path", _COMPARED)
def test_the_effect_of_each_field_is_known(path: str) -> None:
    changes = [SemanticChange(path, None, 1), SemanticChange(path, 1, None)]
    # A whole entry is new or gone.
    changes += [] if path.endswith("[x]") else [SemanticChange(path, 1, 2)]
    assert [str(one) for one in changes if "unknown" in effect(one).text] == []


@pytest.mark.parametrize(
    ("before", "after", "said", "loud"),
    [
        ({}, {"gateways": [{"name": "g", "listeners": [{"name": "a", "port": 80}]}]}, "a new address is", False),
        (
            {"gateways": [{"name": "g", "listeners": [{"name": "a", "port": 80}]}]},
            {"gateways": [{"name": "g", "listeners": [{"name": "a", "port": 81}]}]},
            "listeners of this Gateway change",
            True,
        ),
        (
            {"gateways": [{"name": "g", "listeners": [{"name": "a", "port": 80}]}]},
            {"gateways": [{"name": "g", "labels": {"a": "b"}, "listeners": [{"name": "a", "port": 80}]}]},
            "nothing: no session resets",
            False,
        ),
        ({}, {"egressHA": {"replicas": 3}}, "controllers start or end", False),
        ({}, {"egressHA": {"misses": 4}}, "gateways may change meanwhile", True),
        ({}, {"outposts": [{"name": "o", "address": "172.18.0.7/16"}]}, "requests to the outpost", True),
        ({}, {"ingressAccess": {"entities": ["world"]}}, "traffic is admitted or denied", True),
    ],
)
def test_what_a_change_does(before: object, after: object, said: str, loud: bool) -> None:
    old, new = (parse(merged(document(), patch), "t") for patch in (before, after))
    (found,) = effects(differences(old, new), old, new)
    assert said in found.text and found.loud is loud
