"""Label selectors, against the semantics of the Kubernetes API."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.labels import LabelSelector, Requirement

# Few keys and values, so that selectors and labels often meet.
keys = st.sampled_from(["a", "b", "example.com/c"])
values = st.sampled_from(["", "x", "y"])
labels = st.dictionaries(keys, values)


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    operator = draw(st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"]))
    given_values = draw(st.lists(values, min_size=1)) if operator in ("In", "NotIn") else []
    return Requirement.model_validate({"key": draw(keys), "operator": operator, "values": given_values})


selectors = st.builds(
    lambda wanted, needed: LabelSelector(match_labels=wanted, match_expressions=tuple(needed)),
    labels,
    st.lists(requirements(), max_size=3),
)


def requirement(operator: str, *allowed: str) -> Requirement:
    return Requirement.model_validate({"key": "app", "operator": operator, "values": allowed})


@pytest.mark.parametrize(
    ("wanted", "labelled", "selected"),
    [
        (requirement("In", "web", "api"), {"app": "api"}, True),
        (requirement("In", "web", "api"), {"app": "db"}, False),
        (requirement("In", "web"), {}, False),
        (requirement("In", "web"), {"tier": "web"}, False),
        (requirement("NotIn", "web"), {"app": "db"}, True),
        (requirement("NotIn", "web", "db"), {"app": "db"}, False),
        (requirement("NotIn", "web"), {}, True),
        (requirement("Exists"), {"app": ""}, True),
        (requirement("Exists"), {"tier": "app"}, False),
        (requirement("DoesNotExist"), {"tier": "app"}, True),
        (requirement("DoesNotExist"), {"app": ""}, False),
    ],
    ids=lambda item: f"{item.operator} {item.values}" if isinstance(item, Requirement) else str(item),
)
def test_a_requirement_matches_as_in_the_api(wanted: Requirement, labelled: dict[str, str], selected: bool) -> None:
    assert wanted.matches(labelled) is selected


@given(labels)
def test_an_empty_selector_selects_everything(labelled: dict[str, str]) -> None:
    assert LabelSelector().matches(labelled)


def test_match_labels_and_match_expressions_must_all_hold() -> None:
    selector = LabelSelector.model_validate(
        {
            "matchLabels": {"rack": "r1", "bgp": "on"},
            "matchExpressions": [{"key": "drained", "operator": "DoesNotExist"}],
        }
    )
    assert selector.matches({"rack": "r1", "bgp": "on", "zone": "z"})
    assert not selector.matches({"rack": "r1"})
    assert not selector.matches({"rack": "r1", "bgp": "off"})
    assert not selector.matches({"rack": "r1", "bgp": "on", "drained": ""})


def test_an_empty_label_value_is_not_an_absent_label() -> None:
    selector = LabelSelector(match_labels={"a": ""})
    assert selector.matches({"a": ""}) and not selector.matches({})


@given(selectors, requirements(), labels)
def test_a_further_requirement_never_makes_more_labels_match(
    selector: LabelSelector, extra: Requirement, labelled: dict[str, str]
) -> None:
    narrower = LabelSelector(match_labels=selector.match_labels, match_expressions=(*selector.match_expressions, extra))
    assert narrower.matches(labelled) == (selector.matches(labelled) and extra.matches(labelled))


@given(requirements(), labels)
def test_the_opposite_operator_selects_exactly_the_others(wanted: Requirement, labelled: dict[str, str]) -> None:
    opposite = {"In": "NotIn", "NotIn": "In", "Exists": "DoesNotExist", "DoesNotExist": "Exists"}
    other = Requirement.model_validate(
        {"key": wanted.key, "operator": opposite[wanted.operator], "values": wanted.values}
    )
    assert other.matches(labelled) is not wanted.matches(labelled)


@given(selectors)
def test_a_selector_survives_its_manifest(selector: LabelSelector) -> None:
    assert LabelSelector.model_validate(selector.manifest()) == selector


def test_the_manifest_has_the_names_of_the_api_and_nothing_that_was_not_said() -> None:
    said = {"matchExpressions": [{"key": "app", "operator": "In", "values": ["webpod"]}]}
    assert LabelSelector.model_validate(said).manifest() == said
    assert LabelSelector().manifest() == {}


@pytest.mark.parametrize(
    "shape",
    [
        {"key": "app", "operator": "In"},
        {"key": "app", "operator": "NotIn", "values": []},
        {"key": "app", "operator": "Exists", "values": ["x"]},
        {"key": "app", "operator": "DoesNotExist", "values": [""]},
        {"key": "app", "operator": "in", "values": ["x"]},
        {"key": "app", "operator": "Gt", "values": ["1"]},
        {"key": "app", "operator": "In", "values": "x"},
        {"key": "app", "operator": "In", "values": ["not a value"]},
        {"key": "not a key", "operator": "Exists"},
        {"key": "app"},
        {"operator": "Exists"},
        {"key": "app", "operator": "Exists", "value": "x"},
    ],
    ids=str,
)
def test_a_requirement_of_the_wrong_shape_is_refused(shape: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Requirement.model_validate(shape)


@pytest.mark.parametrize(
    "pair",
    [
        ("", "x"),
        ("a" * 64, "x"),
        ("-a", "x"),
        ("a-", "x"),
        ("Example.com/a", "x"),
        ("a/b/c", "x"),
        ("/a", "x"),
        ("a\n", "x"),
        ("a", "b" * 64),
        ("a", "-b"),
        ("a", "b/c"),
        ("a", "b\n"),
        ("a", "b c"),
    ],
    ids=repr,
)
def test_labels_that_the_api_would_refuse_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(ValidationError):
        LabelSelector(match_labels=dict([pair]))
