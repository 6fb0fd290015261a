"""Counts the corpus at the end of a run."""

from __future__ import annotations

from typing import Any

_WHAT = {
    "test_what_runs_is_not_refused": "working configurations accepted",
    "test_a_mistake_is_told_by_its_rule": "known mistakes told by their rule",
}


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for test, what in _WHAT.items():
        reports = {
            outcome: sum(test in one.nodeid for one in terminalreporter.stats.get(outcome, ()))
            for outcome in ("passed", "failed")
        }
        total = sum(reports.values())
        if total:
            terminalreporter.write_line(f"corpus: {reports['passed']} of {total} {what}")
