"""Each component has a page; its tables are those of the schema. `EDGE_WRITE_DOCS=1` writes them anew."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.provider import COMPONENTS, EdgeProvider

PAGES = Path(__file__).resolve().parents[2] / "docs" / "components"
MARK = "<!-- made by tests/docs/test_component_pages.py -->\n"
_PREFIX = "#/types/cilium-edge:index:"
Schema = dict[str, Any]


@pytest.fixture(scope="module")
def schema() -> Schema:
    return dict(json.loads(EdgeProvider().schema))


def page_of(component: type) -> Path:
    words = re.findall(r"[A-Z]+(?![a-z0-9])|[A-Z][a-z0-9]+", component.__name__)
    return PAGES / f"{'-'.join(words).lower()}.md"


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.__name__)
def test_a_page_has_the_arguments_and_outputs_that_there_are(component: type, schema: Schema) -> None:
    page = page_of(component)
    by_hand, mark, there = page.read_text().partition(MARK)
    wanted = tables(schema, component.__name__)
    if os.environ.get("EDGE_WRITE_DOCS"):
        page.write_text(f"{by_hand}{MARK}{wanted}")
        return
    assert mark and there == wanted, f"EDGE_WRITE_DOCS=1 pytest {__file__} writes the tables anew"
    assert by_hand.startswith(f"# {component.__name__}\n") and "```python" in by_hand


def test_there_are_no_other_pages() -> None:
    assert {*map(page_of, COMPONENTS), PAGES / "README.md"} == set(PAGES.iterdir())
    index = (PAGES / "README.md").read_text()
    assert all(f"({page_of(component).name})" in index for component in COMPONENTS)


def tables(schema: Schema, name: str) -> str:
    """Arguments, what they are made of, and outputs. What has to be known when the program runs is marked."""
    resource = schema["resources"][f"cilium-edge:index:{name}"]
    parts = ["\n## Arguments\n", _table(resource["inputProperties"], resource.get("requiredInputs", []))]
    for kind in dict.fromkeys(_kinds(schema, resource["inputProperties"])):
        made = schema["types"][f"cilium-edge:index:{kind}"]
        said = " ".join(made.get("description", "").split())
        parts += [f"\n### {kind}\n", f"{said}\n", _table(made["properties"], made.get("required", []))]
    always = resource.get("required", [])
    rows = [
        f"| `{key}` | {_kind(one)} | {'' if key in always else 'may be absent'} |"
        for key, one in sorted(resource["properties"].items())
    ]
    parts += ["\n## Outputs\n", "\n".join(["| output | type | |", "| --- | --- | --- |", *rows]) + "\n"]
    return "\n".join(parts)


def _table(properties: Schema, required: list[str]) -> str:
    lines = ["| argument | type | |", "| --- | --- | --- |"]
    for key, one in sorted(properties.items(), key=lambda item: (item[0] not in required, item[0])):
        notes = [
            word
            for word, true in (
                ("required", key in required),
                ("not an Output", one.get("plain")),
                ("secret", one.get("secret")),
            )
            if true
        ]
        lines.append(f"| `{key}` | {_kind(one)} | {', '.join(notes)} |")
    return "\n".join(lines) + "\n"


def _kind(one: Schema) -> str:
    if one.get("$ref", "").startswith(_PREFIX):
        kind = one["$ref"].removeprefix(_PREFIX)
        return f"[{kind}](#{kind.lower()})"
    if "$ref" in one:
        return "any"
    if one["type"] == "array":
        return f"list of {_kind(one['items'])}"
    if "additionalProperties" in one:
        return f"map of {_kind(one['additionalProperties'])}"
    return str(one["type"])


def _kinds(schema: Schema, properties: Schema) -> Iterator[str]:
    """The types that arguments are made of, each before those that it is made of itself."""
    for one in properties.values():
        inside = one.get("items") or one.get("additionalProperties") or one
        ref = inside.get("$ref", "") if isinstance(inside, dict) else ""
        if ref.startswith(_PREFIX):
            yield ref.removeprefix(_PREFIX)
            yield from _kinds(schema, schema["types"][f"cilium-edge:index:{ref.removeprefix(_PREFIX)}"]["properties"])
