"""Differences between recorded and declared properties."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diff import ABSENT, PropertyChange, changes, ignoring, touches
from engine.values import UNKNOWN, Asset, Secret

# Names that start with two underscores are Pulumi's own and never compared.
names = st.text("abxy_", min_size=1, max_size=2).filter(lambda name: not name.startswith("__"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.just(0.5) | st.sampled_from(["", "0", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
properties = st.dictionaries(names, json_values, max_size=3)


def paths(found: list[PropertyChange]) -> list[tuple[str, str]]:
    return [(change.path, change.kind) for change in found]


def without_nulls(value: Any) -> Any:
    """None and none at all are the same: in an object, and at the end of a list."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        items = [without_nulls(item) for item in value]
        while items and items[-1] is None:
            items.pop()
        return items
    return value


def canonical(value: Any) -> str:
    return json.dumps(without_nulls(value), sort_keys=True)


# --- changes ---


@given(properties)
def test_nothing_differs_from_itself(value: dict[str, Any]) -> None:
    assert changes(value, json.loads(json.dumps(value))) == []


@given(properties, properties)
def test_there_are_no_changes_exactly_between_equals(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (changes(one, other) == []) == (canonical(one) == canonical(other))


@given(properties, properties)
def test_the_way_back_has_the_same_paths(one: dict[str, Any], other: dict[str, Any]) -> None:
    back = {"add": "delete", "delete": "add", "update": "update"}
    assert paths(changes(other, one)) == [(path, back[kind]) for path, kind in paths(changes(one, other))]


def test_paths_and_kinds_of_nested_changes_are_sorted() -> None:
    before = {"same": 1, "gone": "x", "list": [1, {"a": 1}, 3], "map": {"k": 1, "l": 2}}
    after = {"same": 1, "new": "y", "list": [1, {"a": 2}], "map": {"k": 1, "l": 3}}
    assert paths(changes(before, after)) == [
        ("gone", "delete"),
        ("list[1].a", "update"),
        ("list[2]", "delete"),
        ("map.l", "update"),
        ("new", "add"),
    ]


def test_a_change_has_both_values() -> None:
    assert changes({"a": 1}, {"a": 2}) == [PropertyChange("a", 1, 2)]
    assert changes({}, {"a": 2}) == [PropertyChange("a", ABSENT, 2)]
    assert changes({"a": 1}, {}) == [PropertyChange("a", 1, ABSENT)]


@pytest.mark.parametrize(("one", "other"), [(1, "1"), (1, True), (0, False), ("", False), ([], {}), ("", [])])
def test_another_type_is_a_change_even_where_python_takes_them_for_equal(one: Any, other: Any) -> None:
    assert paths(changes({"a": one}, {"a": other})) == [("a", "update")]


@pytest.mark.parametrize(("before", "after"), [(UNKNOWN, UNKNOWN), (1, UNKNOWN), (UNKNOWN, 1)])
def test_an_unknown_is_a_change(before: Any, after: Any) -> None:
    assert paths(changes({"a": [before]}, {"a": [after]})) == [("a[0]", "update")]


def test_assets_compare_by_content() -> None:
    assert changes({"a": Asset("x", "/here")}, {"a": Asset("x", "/there")}) == []
    assert paths(changes({"a": Asset("x")}, {"a": Asset("y")})) == [("a", "update")]


@given(properties)
def test_secrets_compare_by_value(value: dict[str, Any]) -> None:
    assert changes({"s": Secret(value)}, {"s": Secret(value)}) == []
    assert changes({"s": Secret(value)}, {"s": {key: Secret(item) for key, item in value.items()}}) == []


def test_what_changed_inside_a_secret_stays_wrapped() -> None:
    found = changes({"s": Secret({"a": [1], "b": "old"})}, {"s": Secret({"a": [1, 2], "b": "new"})})
    assert found == [PropertyChange("s.a[1]", ABSENT, Secret(2)), PropertyChange("s.b", Secret("old"), Secret("new"))]
    assert "old" not in repr(found) and "new" not in repr(found)


# --- ignore_changes ---


@pytest.mark.parametrize(
    ("before", "after", "path", "result"),
    [
        ({"a": 1, "b": 1}, {"a": 2, "b": 2}, "a", {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 2}}, "a.b", {"a": {"b": 1, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3, 4]}, "a[1]", {"a": [3, 2]}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "a[0].b", {"a": [{"b": 1}]}),
        ({}, {"a": 1}, "a", {}),
        ({"a": 1}, {}, "a", {"a": 1}),
        ({"a": {"b": 1}}, {"a": {}}, "a.b", {"a": {"b": 1}}),
        ({"a": [1]}, {"a": [2, 3]}, "a[1]", {"a": [2, 3]}),
        ({"a": 1}, {"a": {"b": 2}}, "a.b", {"a": {"b": 2}}),
        ({"a": {"x.y/z": 1}}, {"a": {"x.y/z": 2}}, 'a["x.y/z"]', {"a": {"x.y/z": 1}}),
        ({"a": [{"b": 1}, {"b": 1}]}, {"a": [{"b": 2}, {"b": 2}]}, "a[*].b", {"a": [{"b": 1}, {"b": 1}]}),
        ({"a": 1, "b": 1}, {"a": 2, "b": 2}, "*", {"a": 1, "b": 1}),
    ],
    ids=[
        "top",
        "nested",
        "item",
        "in-item",
        "added",
        "removed",
        "removed-nested",
        "no-old-item",
        "other-shape",
        "quoted-key",
        "every-item",
        "everything",
    ],
)
def test_the_old_value_stands_at_an_ignored_path(before: Any, after: Any, path: str, result: Any) -> None:
    assert ignoring(before, after, [path]) == result


def test_an_ignored_path_is_found_inside_a_secret() -> None:
    before, after = {"a": Secret({"b": 1, "c": 1})}, {"a": Secret({"b": 2, "c": 2})}
    assert paths(changes(before, ignoring(before, after, ["a.b"]))) == [("a.c", "update")]


def test_ignoring_leaves_its_arguments_as_they_were() -> None:
    before, after = {"a": {"b": [1]}}, {"a": {"b": [2]}}
    ignoring(before, after, ["a.b[0]"])
    assert (before, after) == ({"a": {"b": [1]}}, {"a": {"b": [2]}})


@given(properties, properties)
def test_no_change_is_left_where_every_top_level_path_is_ignored(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert changes(one, ignoring(one, other, [*{**one, **other}])) == []


# --- touches ---


@pytest.mark.parametrize("path", ["triggers", "triggers[0]", "triggers[0].a", "triggers.x"])
def test_a_change_at_or_below_a_path_touches_it(path: str) -> None:
    assert touches(PropertyChange(path, 1, 2), ["other", "triggers"])


def test_a_path_with_a_quoted_key_or_any_item_is_touched() -> None:
    change = changes({"data": [{"x.y/z": 1}]}, {"data": [{"x.y/z": 2}]})[0]
    assert touches(change, ['data[0]["x.y/z"]']) and touches(change, ["data[*]"])
    assert not touches(change, ['data[0]["x.y"]'])


@pytest.mark.parametrize("path", ["trigger", "triggersToo", "a.triggers", ""])
def test_a_change_elsewhere_does_not_touch_a_path(path: str) -> None:
    assert not touches(PropertyChange(path, 1, 2), ["triggers"])


def test_no_path_is_touched_where_there_is_none() -> None:
    assert not touches(PropertyChange("a", 1, 2), [])
