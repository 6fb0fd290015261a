"""Stack files that cost: aliases of aliases, depth, size, and expressions that take for ever."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml

from config import yaml_text
from config.errors import ConfigError
from config.load import parse
from config.text import unfit
from effective.expressions import fault, matches
from tests.config.dev_stack import document

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
MERGES = "a0: &a0 {k0: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k{n}: 1}}\n" for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "values after its aliases"),
        (MERGES, "values after its aliases"),
        ("a: &a [*a]", "inside its own anchor"),
        ("a: &a {b: *a}", "inside its own anchor"),
        ("[" * 150 + "]" * 150, "levels"),
        ("x: " + "a" * (17 << 20), "16 MiB"),
        ("{" * 200_000, "levels"),
        ("[" * 200_000, "levels"),
        ("- " * 200_000, "levels"),
        ("a: 1\na: 2\n", "the key a twice"),
        ("? [a]\n: 1\n", "not a text"),
        ("!!python/object/apply:os.system [id]", "could not determine a constructor"),
    ],
)
def test_a_document_that_would_cost_is_refused_at_once(text: str, said: str) -> None:
    began = time.process_time()
    with pytest.raises(yaml.YAMLError) as told:
        yaml_text.read(text)
    assert said in str(told.value) and time.process_time() - began < 3


def test_aliases_that_a_person_writes_are_taken() -> None:
    text = "a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: [*a, *a]\n"
    assert yaml_text.read(text) == {"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": [{"x": 1}, {"x": 1}]}
    assert yaml_text.read("") is None


def test_a_document_that_comes_from_elsewhere_is_counted_too() -> None:
    """As the Pulumi CLI hands it to the program: shared parts have become what they stand for, or nearly."""
    shared: Any = ["x"] * 10
    for _ in range(9):
        shared = [shared] * 9
    began = time.process_time()
    assert [problem.got for problem in unfit({"a": shared})] == ["more"] and time.process_time() - began < 10
    deep: Any = "x"
    for _ in range(150):
        deep = [deep]
    with pytest.raises(ConfigError, match="levels"):
        parse({**document(), "manifests": deep}, "dev")


@pytest.mark.parametrize("pattern", ["(((a+)+)+)+!", "(a|aa)+$", "(.*)*x", "a{1000}{1000}"])
def test_an_interface_pattern_takes_no_time(pattern: str) -> None:
    began = time.process_time()
    assert matches(pattern, "a" * 40 + "b") is False or not fault(pattern)
    assert time.process_time() - began < 0.5
