"""Every decision in docs/adr has one form, and docs/adr/README.md lists each once."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

ADR = Path(__file__).resolve().parents[2] / "docs" / "adr"
FILES = sorted(ADR.glob("[0-9]*.md"))
_HEAD = re.compile(r"# (\d+)\. (.+)\n\n- Status: (.+)\n- Date: (\d{4}-\d{2}-\d{2})\n\n## ")
_STATUS = re.compile(r"accepted|superseded by \[(\d+)\]\((.+)\)")
_HEADINGS = ["Context", "Decision", "Alternatives considered", "Consequences"]
_OPTIONAL = "Alternatives considered"


def head(file: Path) -> tuple[str, str, str, str]:
    """Number, title, status and date."""
    found = _HEAD.match(file.read_text())
    assert found, f"{file.name} begins with `# N. Title`, then `- Status:` and `- Date: YYYY-MM-DD`, then a heading"
    number, title, status, day = found.groups()
    return number, title, status, day


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_decision_has_a_status_a_date_and_its_headings(file: Path) -> None:
    number, _, status, day = head(file)
    assert file.name.startswith(f"{int(number):04}-")
    date.fromisoformat(day)
    known = _STATUS.fullmatch(status)
    assert known, f"{file.name}: {status!r} is neither accepted nor superseded by another one"
    if known[2]:
        assert ADR / known[2] in FILES and known[2].startswith(f"{int(known[1]):04}-")

    parts = re.split(r"^## (.+)\n", file.read_text(), flags=re.MULTILINE)
    headings, texts = parts[1::2], parts[2::2]
    needed = [heading for heading in _HEADINGS if heading != _OPTIONAL or _OPTIONAL in headings]
    assert headings == needed, f"{file.name}: the headings are {', '.join(needed)}, in this order"
    assert all(text.strip() for text in texts), f"{file.name}: a heading has no text below it"


def test_there_are_no_other_files_and_no_gap() -> None:
    assert {*FILES, ADR / "README.md"} == set(ADR.iterdir())
    assert [int(head(file)[0]) for file in FILES] == list(range(1, len(FILES) + 1))


def test_the_index_lists_every_decision_once() -> None:
    lines = (ADR / "README.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| [")]
    wanted = []
    for file in FILES:
        number, title, status, day = head(file)
        wanted.append(f"| [{number}]({file.name}) | {title} | {status} | {day} |")
    assert sorted(rows) == sorted(wanted)


@pytest.mark.parametrize("file", [*FILES, ADR / "README.md"], ids=lambda file: file.stem)
def test_links_lead_to_files(file: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", file.read_text())
    assert not [link for link in links if "://" not in link and not (ADR / link).exists()]
