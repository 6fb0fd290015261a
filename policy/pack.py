"""Rules as stack policies. Errors are mandatory; a rule's warnings are a policy of their own, advisory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pulumi_policy import (
    EnforcementLevel,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as Weight

from policy.resources import KubernetesResource, Registered
from policy.translate import Translation, translate
from rules.finding import Finding, Severity
from rules.registry import Rule, check_all, rules
from rules.scope import OF_ABSENCE, SCOPE

Reporter = Callable[..., None]


def policies() -> list[ResourceValidationPolicy | StackValidationPolicy]:
    """`b4` and `b4-warning` for each rule in scope, and what keeps the inputs and tells what could not be read."""
    pack = _Pack()
    judged = [
        StackValidationPolicy(
            name=f"{rule.id.lower()}{suffix}",
            description=rule.title,
            enforcement_level=level,
            validate=pack.validator(rule, severity),
            severity=weight,
            display_name=f"{rule.id}: {rule.title}",
            remediation_steps=rule.page,
            tags=["cilium", "network-edge"],
        )
        for rule in rules()
        if rule.id in SCOPE
        for severity, suffix, level, weight in (
            (Severity.ERROR, "", EnforcementLevel.MANDATORY, Weight.HIGH),
            (Severity.WARNING, "-warning", EnforcementLevel.ADVISORY, Weight.MEDIUM),
        )
    ]
    inputs = ResourceValidationPolicy(
        name="inputs",
        description="Records the declared resources for the policies of the whole stack.",
        enforcement_level=EnforcementLevel.ADVISORY,
        validate=pack.register,
    )
    unread = StackValidationPolicy(
        name="unread",
        description="Objects that no rule has judged, and why.",
        enforcement_level=EnforcementLevel.ADVISORY,
        validate=pack.tell_unread,
    )
    return [inputs, unread, *judged]


@dataclass(frozen=True)
class _Judged:
    translation: Translation
    findings: tuple[Finding, ...]


class _Pack:
    """One preview: inputs as they come, and one judgement for all policies."""

    def __init__(self) -> None:
        self._registered = Registered()
        self._resources: list[KubernetesResource] = []
        self._judged: _Judged | None = None

    def register(self, args: ResourceValidationArgs, report: Reporter) -> None:
        """A resource policy that never objects."""
        self._registered.add(args)

    def tell_unread(self, args: StackValidationArgs, report: Reporter) -> None:
        """What is left out is said: nobody is to take silence for consent."""
        for urn, name, why in self._of(args).translation.unread:
            report(f"{name}: not judged, because {why}", urn)

    def validator(self, rule: Rule, severity: Severity) -> Callable[[StackValidationArgs, Reporter], None]:
        """The policy of one rule."""

        def validate(args: StackValidationArgs, report: Reporter) -> None:
            judged = self._of(args)
            for finding in judged.findings:
                if finding.rule == rule.id and finding.severity is severity:
                    place = judged.translation.place(finding.path)
                    said = f"expected {finding.expected}, got {finding.got}; fix: {finding.fix}"
                    report(f"{place.text}: {said}", place.urn)

        return validate

    def _of(self, args: StackValidationArgs) -> _Judged:
        """Translated and judged once: the SDK makes new objects of the same resources for every policy."""
        resources = self._registered.of(args.resources)
        if self._judged is None or resources != self._resources:
            # The engine registers in an order of its own; which of two is blamed must not change between runs.
            translation = translate(sorted(resources, key=lambda one: one.urn))
            found = check_all(
                translation.stack, read_manifests=False, installed=translation.installed, declared=translation.release
            ).findings
            # What another program may have made, or an object that could not be read, is missing here and not there.
            whole = translation.installed and not translation.unread
            self._judged = _Judged(translation, tuple(f for f in found if whole or f.rule not in OF_ABSENCE))
            self._resources = resources
        return self._judged
