"""Prints findings as text, JSON, SARIF or GitHub workflow commands."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from rich.text import Text

from cli import screen
from rules.finding import Finding, Severity
from rules.registry import RuleReport, find

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}
Lines = Callable[[str], int]


class Format(StrEnum):
    """Output formats of findings."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def show(report: RuleReport, form: Format, file: str, lines: Lines) -> None:
    """Print a report to standard output. `lines`: YAML path -> line in `file`."""
    match form:
        case Format.TEXT:
            print_text(report, screen.out)
        case Format.JSON:
            screen.print_json(as_json(report))
        case Format.SARIF:
            screen.print_json(sarif(report, file, lines))
        case Format.GITHUB:
            for line in github(report, file, lines):
                print(line)


def print_text(report: RuleReport, console: Any) -> None:
    """Print the findings grouped by severity, with a tally."""
    for severity in Severity:
        chosen = [finding for finding in report.findings if finding.severity is severity]
        if chosen:
            console.print(Text(f"{len(chosen)} {severity}{'s' if len(chosen) > 1 else ''}", _STYLES[severity]))
        for finding in chosen:
            text = Text(str(finding))
            text.stylize(_STYLES[severity], 0, len(finding.rule))
            console.print(Text("  ") + text)
    for finding, waiver in report.waived:
        console.print(Text(f"  waived: {finding.rule} {finding.path} ({waiver.reason})", "dim"))
    if report.findings:
        console.print(Text("edge explain ID explains a rule", "dim"))


def as_json(report: RuleReport) -> dict[str, Any]:
    """The report for programs."""
    return {
        "errors": len(report.errors),
        "findings": [_row(finding) for finding in report.findings],
        "waived": [{**_row(finding), "reason": waiver.reason} for finding, waiver in report.waived],
    }


def _row(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "path": finding.path,
        "expected": finding.expected,
        "got": finding.got,
        "fix": finding.fix,
    }


def sarif(report: RuleReport, file: str, lines: Lines) -> dict[str, Any]:
    """The report as SARIF 2.1.0 for code scanning."""
    used = sorted({finding.rule for finding in (*report.findings, *(f for f, _ in report.waived))})
    described = []
    for rule_id in used:
        rule = find(rule_id)
        described.append(
            {
                "id": rule_id,
                "shortDescription": {"text": rule.title if rule else "a waiver that matches no finding"},
                **({"fullDescription": {"text": rule.page}} if rule else {}),
            }
        )
    results = [_result(finding, file, lines) for finding in report.findings]
    for finding, waiver in report.waived:
        suppression = {"kind": "inSource", "justification": waiver.reason}
        results.append({**_result(finding, file, lines), "suppressions": [suppression]})
    driver = {"name": "cilium-edge", "rules": described}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(finding: Finding, file: str, lines: Lines) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": file}, "region": {"startLine": lines(finding.path)}}
    return {
        "ruleId": finding.rule,
        "level": str(finding.severity),
        "message": {"text": str(finding).removeprefix(f"{finding.rule} ")},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": finding.path}]}],
    }


def github(report: RuleReport, file: str, lines: Lines) -> list[str]:
    """The report as workflow commands, which GitHub shows beside the changed lines."""
    return [
        f"::{finding.severity} file={_escaped(file, ':,')},line={lines(finding.path)},title={finding.rule}"
        f"::{_escaped(str(finding))}"
        for finding in report.findings
    ]


def _escaped(text: str, more: str = "") -> str:
    for letter in f"%\r\n{more}":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text
