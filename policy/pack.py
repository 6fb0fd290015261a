"""Rules as stack policies. Errors are mandatory; a rule's warnings are a policy of their own, advisory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pulumi_policy import EnforcementLevel, StackValidationArgs, StackValidationPolicy

from policy.scope import SCOPE
from policy.translate import Translation, translate
from rules.finding import Finding, Severity
from rules.registry import Rule, check_all, rules

Reporter = Callable[..., None]


def policies() -> list[StackValidationPolicy]:
    """`b4` and `b4-warning` for each rule in scope."""
    return [
        StackValidationPolicy(
            name=f"{rule.id.lower()}{suffix}", description=rule.title,
            enforcement_level=level, validate=_validator(rule, severity),
        )
        for rule in rules()
        if rule.id in SCOPE
        for severity, suffix, level in (
            (Severity.ERROR, "", EnforcementLevel.MANDATORY),
            (Severity.WARNING, "-warning", EnforcementLevel.ADVISORY),
        )
    ]  # fmt: skip


def _validator(rule: Rule, severity: Severity) -> Callable[[StackValidationArgs, Reporter], None]:
    def validate(args: StackValidationArgs, report: Reporter) -> None:
        translation, findings = _judged(args.resources)
        for finding in findings:
            if finding.rule == rule.id and finding.severity is severity:
                place = translation.place(finding.path)
                report(f"{place.text}: expected {finding.expected}, got {finding.got}; fix: {finding.fix}", place.urn)

    return validate


_last: tuple[Sequence[Any], Translation, tuple[Finding, ...]] | None = None


def _judged(resources: Sequence[Any]) -> tuple[Translation, tuple[Finding, ...]]:
    """Translate and judge once for all policies of a preview."""
    global _last
    if _last is None or len(_last[0]) != len(resources) or any(
        a is not b for a, b in zip(_last[0], resources, strict=True)
    ):  # fmt: skip
        translation = translate(resources)
        _last = (resources, translation, check_all(translation.stack, read_manifests=False).findings)
    return _last[1], _last[2]
