"""docs/stack.md is made from the models: it is current, every field is told of, and its examples are right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import yaml
from pydantic import TypeAdapter

from cli.stack_examples import EXAMPLES, SHIPPED, WRITTEN
from cli.stack_page import SECTIONS, Page, anchors, markdown
from config.fields import texts
from config.load import parse
from config.schema import models
from config.stack import StackConfig

PROJECT = Path(__file__).resolve().parents[2]


PAGE = (PROJECT / "docs" / "stack.md").read_text()
MODELS = models(StackConfig)


def rows() -> Iterator[list[str]]:
    """The cells of every row with a field: path, type, default, what it is, example."""
    for line in PAGE.splitlines():
        cells = re.split(r"(?<!\\) \| ", line.removeprefix("| ").removesuffix(" |"))
        if len(cells) == 5 and line.startswith("| `"):
            yield cells


def test_the_page_is_current() -> None:
    assert markdown(PROJECT) == PAGE, "run: edge reference docs/stack.md"


def test_every_key_of_a_stack_is_in_one_section() -> None:
    keys = [key for section in SECTIONS.values() for key in section]
    assert sorted(keys) == sorted(field.alias or name for name, field in StackConfig.model_fields.items())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_has_a_text_of_one_sentence(model: Any) -> None:
    said = texts(model)
    for name, field in model.model_fields.items():
        text = said.get(field.alias or name, "")
        assert re.fullmatch(r"[A-Z`].*[^.]\.", text) and ". " not in text, f"{model.__name__}.{name}: {text!r}"


def test_every_model_and_every_field_has_its_row() -> None:
    page = Page(PROJECT)
    assert {model.__name__ for model in MODELS} == {*page.places, "StackConfig"}
    told = {cells[0].strip("`") for cells in rows()}
    for model in MODELS:
        for key in page.definitions.get(model.__name__, {}).get("properties", {}):
            assert f"{page.places[model.__name__][0]}.{key}" in told or key in told


def test_every_example_is_one_that_its_field_takes() -> None:
    page, asked = Page(PROJECT), 0
    for model in MODELS:
        for name, field in model.model_fields.items():
            key = field.alias or name
            place = page.places.get(model.__name__, [""])[0]
            shown = next((cells[4] for cells in rows() if cells[0] in (f"`{place}.{key}`", f"`{key}`")), "").strip("`")
            if not shown or key == "kind":
                continue
            kind: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
            TypeAdapter(kind).validate_python(yaml.safe_load(shown))
            asked += 1
    assert asked > 250


def test_a_field_without_an_example_has_a_table_or_one_value() -> None:
    bare = [cells[0] for cells in rows() if not cells[4].strip() and "[object]" not in cells[1]]
    assert bare == ["`bgp.peerConfigs[].families[].safi`"]


def test_what_is_written_by_hand_is_used_and_right() -> None:
    document = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text())["config"]["cilium-edge:stack"]
    for key, text in WRITTEN.items():
        parse({**document, **yaml.safe_load(text)}, key)
        assert text.strip() in PAGE
        assert not any(f"\n    {key}:" in (PROJECT / f"Pulumi.{name}.yaml").read_text() for name in SHIPPED)
    shown = {cells[4].strip("`") for cells in rows()}
    assert [end for end, value in EXAMPLES.items() if value not in shown] == []


def test_every_link_leads_to_a_heading() -> None:
    headings = set(anchors([line.lstrip("#").strip() for line in PAGE.splitlines() if line.startswith("##")]).values())
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= headings
    titles = list(Page(PROJECT).titles())
    assert len(titles) == len(set(titles)) == len(headings)
    assert {path.stem for path in PROJECT.glob("Pulumi.*.yaml")} == {f"Pulumi.{name}" for name in SHIPPED}
