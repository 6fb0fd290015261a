"""All rules in order, and the function that runs all rules on a stack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from config.stack import StackConfig
from config.waiver import Waiver
from config.whole import Whole, whole
from rules.catalogue import MODULES
from rules.facts import Facts, NotInstalled
from rules.finding import Finding, Severity, warning


@dataclass(frozen=True)
class Rule:
    """A rule: its id, its title, its page (the module's docstring), and the function that checks."""

    id: str
    title: str
    page: str
    check: Callable[[Facts], Iterator[Finding]]

    @property
    def key(self) -> tuple[str, int]:
        """The sort key: B2 comes before B10."""
        return self.id[0], int(self.id[1:])


@dataclass(frozen=True)
class RuleReport:
    """The findings of the rules in a stack, and the waived findings with their waivers."""

    findings: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a plan."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    return tuple(sorted((_rule(module) for module in MODULES), key=lambda rule: rule.key))


def find(rule_id: str) -> Rule | None:
    """The rule with that id."""
    return next((rule for rule in rules() if rule.id == rule_id.upper()), None)


def check_all(
    stack: StackConfig,
    before: StackConfig | None = None,
    *,
    read_manifests: bool = True,
    installed: bool = True,
    declared: StackConfig | None = None,
) -> RuleReport:
    """Runs every rule. Errors come first, then by rule and path. Waived findings are separate.

    `read_manifests` False: the objects under `manifests` are already in their sections. `declared` is the stack for
    Helm values, if it differs: objects of a program do not enable features. `installed` False: the Cilium release is
    unknown, and rules that need it report nothing.
    """
    merged = whole(stack) if read_manifests else Whole(stack)
    facts = Facts(merged.stack, before, declared=declared or stack, installed=installed)
    reported = ((rule, finding) for rule in rules() for finding in _asked(rule, facts))
    found = _once_a_group(finding.of(rule.id).at(merged.path(finding.path)) for rule, finding in reported)
    kept, waived = [], []
    used: set[int] = set()
    for finding in found:
        covering = [i for i, waiver in enumerate(stack.waivers) if waiver.covers(finding.rule, finding.path)]
        used.update(covering)
        if covering:
            waived.append((finding, stack.waivers[covering[0]]))
        else:
            kept.append(finding)
    for i, waiver in enumerate(stack.waivers):
        if i not in used:
            kept.append(
                warning(
                    f"waivers[{i}]",
                    "a finding to waive",
                    f"none of {waiver.rule} there",
                    "take the waiver out, or correct its rule or path",
                ).of("W1")
            )
    return RuleReport(tuple(sorted(kept, key=_order)), tuple(waived))


def _once_a_group(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without duplicates. Of the same finding for several nodes of a group, only the first is kept."""
    kept: dict[object, Finding] = {}
    for finding in findings:
        of_group = finding.path.startswith("nodeGroups[")
        kept.setdefault((finding.rule, finding.path) if of_group else finding, finding)
    return list(kept.values())


def _asked(rule: Rule, facts: Facts) -> list[Finding]:
    try:
        return list(rule.check(facts))
    except NotInstalled:
        return []


def _order(finding: Finding) -> tuple[bool, str, int, list[str | int], str]:
    # services[2] comes before services[10].
    path: list[str | int] = [int(part) if part.isdigit() else part for part in re.split(r"\[(\d+)\]", finding.path)]
    return finding.severity is not Severity.ERROR, finding.rule[0], int(finding.rule[1:]), path, finding.got


def _rule(module: ModuleType) -> Rule:
    page = (module.__doc__ or "").strip()
    head, _, _ = page.partition("\n")
    rule_id, _, title = head.partition(": ")
    return Rule(rule_id, title.rstrip("."), page, module.check)
