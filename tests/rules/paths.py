"""The steps of a finding's YAML path, compared with the user's file and with the models of a stack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from config.stack import StackConfig
from rules.finding import Finding

Schema = dict[str, Any]


def astray(document: Any, findings: Iterable[Finding]) -> list[str]:
    """The findings whose path leads nowhere: the file has no such place, and the models have no such key."""
    return [f"{each.rule} {each.path}" for each in findings if not leads(document, each.path)]


def leads(document: Any, path: str) -> bool:
    """Whether a path leads to a place in the file, or to a key that the file could have."""
    here, schemas = document, list(_branches(_root()))
    for key, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        if index:
            if not isinstance(here, list) or int(index) >= len(here):
                return False
            here, schemas = here[int(index)], [b for s in schemas if "items" in s for b in _branches(s["items"])]
            continue
        there = isinstance(here, dict) and key in here
        below = [b for s in schemas for one in _below(s, key) for b in _branches(one)]
        if not there and not below:
            return False
        here, schemas = here[key] if there else None, below
    return True


def fields() -> Iterator[str]:
    """The paths of all fields of a stack that have a value of their own, and of entries (`pools[x]`, `pools[x].name`).

    Sections and lists that are always there are left out: what is compared is inside.
    """
    yield from dict.fromkeys(_fields(_root(), ""))


def _fields(schema: Schema, path: str) -> Iterator[str]:
    branches = list(_branches(schema))
    listed = [one["items"] for one in branches if any("properties" in each for each in _branches(one.get("items", {})))]
    inside = [one for one in branches if "properties" in one]
    if path.endswith("[x]") or len(branches) > 1 or not (listed or inside):
        yield path
    for branch in inside:
        for key, below in branch["properties"].items():
            yield from _fields(below, f"{path}.{key}" if path else key)
    for items in listed:
        yield from _fields(items, f"{path}[x]")


@cache
def _root() -> Schema:
    return StackConfig.model_json_schema(by_alias=True, mode="validation")


def _branches(schema: Schema) -> Iterator[Schema]:
    """A schema's alternatives, with references followed."""
    if "$ref" in schema:
        yield from _branches(_root()["$defs"][schema["$ref"].rpartition("/")[2]])
        return
    alternatives = [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    if not alternatives:
        yield schema
    for one in alternatives:
        yield from _branches(one)


def _below(schema: Schema, key: str) -> Iterator[Schema]:
    """The schemas of a key. Helm values and labels have free keys."""
    if key in schema.get("properties", {}):
        yield schema["properties"][key]
    elif schema.get("type") == "object" and "properties" not in schema:
        free = schema.get("additionalProperties", True)
        if free is not False:
            yield free if isinstance(free, dict) and free else {"type": "object"}
