"""A comparison as a comment on a pull request, whose author may want to write more into it."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from cli.comparison import Comparison, markdown
from rules.registry import RuleReport


def comment(name: str, text: str) -> str:
    return markdown(Comparison("dev", "main", RuleReport((), ()), files=((name, text),)))


@pytest.mark.parametrize("run", [3, 4, 5, 40])
def test_backticks_in_a_file_do_not_end_its_block(run: int) -> None:
    text = f"-old\n {'`' * run}\n \n # Approved by @everyone\n+new"
    tokens = MarkdownIt().parse(comment("frr.conf", text))
    [block] = [token for token in tokens if token.type == "fence"]
    assert block.content == text + "\n" and block.info == "diff"
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h3"]


def test_the_name_of_a_file_is_no_html() -> None:
    said = comment("<img src=x> @everyone", "+new")
    assert "<summary>&lt;img src=x&gt; @\u200beveryone</summary>" in said
