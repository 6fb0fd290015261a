"""Rules as stack policies. A rule's errors are a mandatory policy, its warnings a separate advisory policy."""

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
    """The policies `b4` and `b4-warning` of each rule in scope, and the policies `inputs` and `unread`."""
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
    """One preview: the recorded inputs, and one run of the rules for all policies."""

    def __init__(self) -> None:
        self._registered = Registered()
        self._resources: list[KubernetesResource] = []
        self._judged: _Judged | None = None

    def register(self, args: ResourceValidationArgs, report: Reporter) -> None:
        """A resource policy that reports nothing and only records the inputs."""
        self._registered.add(args)

    def tell_unread(self, args: StackValidationArgs, report: Reporter) -> None:
        """Reports the objects that no rule has checked, so that the absence of findings is not misread."""
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
        """The translated and checked resources. Cached, because the SDK makes new objects of them for every policy."""
        resources = self._registered.of(args.resources)
        if self._judged is None or resources != self._resources:
            # The order of registration varies. Sorting keeps the findings the same between runs.
            translation = translate(sorted(resources, key=lambda one: one.urn))
            found = check_all(
                translation.stack, read_manifests=False, installed=translation.installed, declared=translation.release
            ).findings
            # Another program may have made a missing object, or the object could not be read. Then findings about
            # absent objects are unreliable.
            whole = translation.installed and not translation.unread
            self._judged = _Judged(translation, tuple(f for f in found if whole or f.rule not in OF_ABSENCE))
            self._resources = resources
        return self._judged
