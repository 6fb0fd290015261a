"""docs/rules.md: its index has every rule once, and links that GitHub's headings answer."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from rules.registry import Rule, rules

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "rules.md").read_text()
INDEX, _, PAGES = PAGE.partition("## Index\n")[2].partition("\n## ")
ROW = re.compile(r"^\| \[([A-Z]\d+)\]\(#([^)]+)\) \| ([a-z, ]+) \| (.+) \|$", re.M)
FAMILIES = {
    "stack": "X",
    "routers": "R",
    "bgp": "B",
    "lb-ipam": "P",
    "l2-announcements": "L",
    "ingress-and-gateway-api": "I",
    "egress-gateways": "G",
}


def heading_ids() -> dict[str, str]:
    """Each heading by the id that GitHub gives it: a second one of the same text would get a number behind."""
    outside_code = re.sub(r"(?ms)^```.*?^```", "", PAGE)
    found: dict[str, str] = {}
    for text in re.findall(r"(?m)^#+ (.+)$", outside_code):
        kept = [c for c in text.lower() if c.isalnum() or c in "-_ "]
        key = "".join(kept).replace(" ", "-")
        assert key not in found, f"two headings with the id {key}"
        found[key] = text
    return found


def test_headings_are_of_letters_whose_id_is_known() -> None:
    # GitHub drops every sign but `-` and `_`. What it makes of Markdown inside a heading is left out of the question.
    allowed = set(string.ascii_letters + string.digits + " `:,.'()-/_")
    assert {c for text in heading_ids().values() for c in text} <= allowed


def test_the_index_has_every_rule_once_under_its_family_in_order() -> None:
    families = re.split(r"(?m)^\*\*\[.+\]\(#(.+)\)\*\*$", INDEX)[1:]
    assert families[::2] == list(FAMILIES)
    for anchor, rows in zip(families[::2], families[1::2], strict=True):
        told = [(rule_id, title) for rule_id, _, _, title in ROW.findall(rows)]
        assert told == [(r.id, r.title) for r in rules() if r.id.startswith(FAMILIES[anchor])]
    assert len(ROW.findall(INDEX)) == len(rules())


def test_every_link_of_the_index_leads_to_its_heading() -> None:
    ids = heading_ids()
    assert all(anchor in ids for anchor in FAMILIES)
    for rule_id, anchor, _, title in ROW.findall(INDEX):
        assert ids[anchor] == f"{rule_id}: {title}"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_the_index_has_the_severities_that_a_rule_yields(rule: Rule) -> None:
    told = {rule_id: severity for rule_id, _, severity, _ in ROW.findall(INDEX)}[rule.id]
    assert told in ("error", "warning", "error, warning")
    recorded = (PROJECT / "tests" / "rules" / rule.id / "bad.txt").read_text().splitlines()
    assert {line.partition(" ")[0] for line in recorded} <= set(told.split(", "))


def test_a_severity_is_found_behind_a_helper_and_behind_a_choice() -> None:
    told = {rule_id: severity for rule_id, _, severity, _ in ROW.findall(INDEX)}
    # B18 leaves it to another module, B33 and L6 take one of the two, G24 yields errors alone.
    assert told["B18"] == told["B33"] == told["L6"] == "error, warning"
    assert (told["G24"], told["B8"]) == ("error", "warning")
