"""docs/architecture.md: every folder has a paragraph, every path exists, and what a folder may import is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "architecture.md").read_text()
# Programs of their own: no module of the project can import them.
PROGRAMS = {"examples"}
EVERYTHING = {"benchmarks", "tests"}


def linter() -> Any:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]


def contracts(kind: str) -> list[Any]:
    return [one for one in linter()["contracts"] if one["type"] == kind]


def layers() -> list[list[str]]:
    """The lines of the order, the highest first."""
    order = next(each for each in contracts("layers") if "containers" not in each)
    return [re.split(r" [|:] ", line) for line in order["layers"]]


def folders() -> set[str]:
    """Top-level folders with Python in them."""
    there = (path for path in PROJECT.iterdir() if path.is_dir() and not path.name.startswith("."))
    return {path.name for path in there if next(path.rglob("*.py"), None)}


def sections() -> dict[str, str]:
    """Folder -> its paragraph."""
    parts = re.split(r"(?m)^###? ", PAGE)
    return {part.partition("/")[0]: part for part in parts if re.match(r"\w+/\n", part)}


def allowed(folder: str) -> set[str]:
    """The folders that a folder may import, as the contracts have it."""
    lines = layers()
    own = next(i for i, line in enumerate(lines) if folder in line)
    below = {name for line in lines[own + 1 :] for name in line}
    for one in contracts("protected"):
        if folder not in one["allowed_importers"]:
            below -= set(one["protected_modules"])
    for one in contracts("forbidden"):
        if folder in one["source_modules"]:
            below -= set(one["forbidden_modules"])
    return below


def closed(folder: str) -> set[str]:
    """Modules of those folders that a folder may not import all the same."""
    found = {
        name for one in contracts("forbidden") if folder in one["source_modules"] for name in one["forbidden_modules"]
    }
    return {name for name in found if "." in name and name.partition(".")[0] in allowed(folder)}


def test_every_folder_is_in_the_order_and_in_the_graph() -> None:
    ordered = [name for line in layers() for name in line]
    assert len(ordered) == len(set(ordered))
    assert set(ordered) == set(linter()["root_packages"]) == folders() - PROGRAMS


def test_every_folder_has_a_paragraph_and_a_place_in_the_printed_order() -> None:
    assert set(sections()) == folders()
    (printed,) = re.findall(r"```\n(benchmarks.*?)\n```", PAGE, re.DOTALL)
    assert [re.split(r"[, ]+", line) for line in printed.splitlines()] == layers()


@pytest.mark.parametrize("folder", sorted(folders() - PROGRAMS))
def test_what_a_folder_may_import_is_what_the_contracts_say(folder: str) -> None:
    (said,) = re.findall(r"(?m)^May import: (.*)\.$", sections()[folder])
    if folder in EVERYTHING:
        assert said == "everything"
        return
    names, _, without = said.partition(", without ")
    assert set(names.split(", ")) - {"nothing"} == allowed(folder)
    assert set(re.findall(r"`([\w.]+)`", without)) == closed(folder)


def test_every_path_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:\w+/)+[\w./-]*|\w+\.toml)`", PAGE))
    named |= {
        word
        for line in re.findall(r"`(?:edge|EDGE_\w+=)[^`]*`", PAGE)
        for word in re.findall(r"(?:tests|docs)/[\w./]+", line)
    }
    assert len(named) > 60
    assert [path for path in sorted(named) if not (PROJECT / path).exists()] == []


def test_the_readme_leads_to_the_page_first() -> None:
    links = re.findall(r"\]\((docs/[^)]+)\)", (PROJECT / "README.md").read_text())
    assert links[0] == "docs/architecture.md"
