"""docs/verify.md names every check that there is, and no other."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def checks() -> set[str]:
    found: set[str] = set()
    for file in (PROJECT / "probes").rglob("*.py"):
        text = file.read_text()
        found |= set(re.findall(r'\b(?:judged|unknown|_compare)\(\s*"([a-z0-9-]+)"', text))
        found |= set(re.findall(r'^CHECK = "([a-z0-9-]+)"', text, re.MULTILINE))
    return found


def test_the_page_names_every_check_and_no_other() -> None:
    page = (PROJECT / "docs" / "verify.md").read_text()
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("|")]
    named = {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row)}
    assert named | {"packets"} == checks()
    assert "`packets`" in page
