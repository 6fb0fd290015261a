"""Mistakes that do not get in each other's way are made in one deployment, and each is looked at by itself."""

from __future__ import annotations

import copy
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from typing import Any

import pytest

from config.load import parse
from rules.finding import Finding, Severity
from rules.registry import check_all
from tests.e2e.harness import Edge, until
from tests.e2e.truth.looks import VIP, Look, View, healthy

Edit = Callable[[Any], None]
KEY = "cilium-edge:stack"


@dataclass(frozen=True)
class Mistake:
    """`edit` makes the mistake of `rule`; then every one of `effects` comes true, and stays.

    `cause`: what `edge verify` says, and of which subject (with `*`) it says so; None where the lab does what the
    stack says, and only its author meant something else. `also`: rules that see it too.
    `unseen`: the effect is that nothing changes; then there is a good twin with which something does.
    """

    rule: str
    edit: Edit
    effects: tuple[Look, ...]
    cause: tuple[str, str] | None = None
    also: frozenset[str] = frozenset()
    unseen: bool = False

    def __str__(self) -> str:
        return f"{self.rule}-{self.edit.__name__}"


@dataclass(frozen=True)
class Deployment:
    """A good stack, and mistakes in it. `well`: what works in it all the same: the good twins."""

    name: str
    mistakes: tuple[Mistake, ...]
    base: Edit = lambda stack: None
    well: tuple[tuple[str, Look], ...] = ()
    after: Callable[[Edge], None] = lambda edge: None

    def stack(self, original: Any, *mistakes: Mistake) -> Any:
        """The stack with some of the mistakes."""
        stack = copy.deepcopy(original)
        self.base(stack)
        for mistake in mistakes:
            mistake.edit(stack)
        return stack


class Shown:
    """A deployment that was planned, refused, waived, applied and looked at."""

    def __init__(self, edge: Edge, deployment: Deployment) -> None:
        self.edge = edge
        self.deployment = deployment
        self.shipped = edge.original["config"][KEY]
        stack = deployment.stack(self.shipped, *deployment.mistakes)
        self.plan = self._with(stack).run("plan", ok=False)
        stack["waivers"] = [{"rule": rule, "reason": "the lab shows what happens then"} for rule in named(self.plan)]
        self._with(stack).run("up")
        deployment.after(edge)
        looks = {look for mistake in deployment.mistakes for look in mistake.effects}
        self.true = settled(edge, looks | {look for _, look in deployment.well})

    def _findings(self, *mistakes: Mistake) -> tuple[Finding, ...]:
        return check_all(parse(self.deployment.stack(self.shipped, *mistakes), self.edge.stack)).findings

    def _with(self, stack: Any) -> Edge:
        self.edge.write({**self.edge.original, "config": {**self.edge.original["config"], KEY: stack}})
        return self.edge

    @cached_property
    def verdicts(self) -> list[tuple[str, str]]:
        """Subject and cause of everything that verify does not find green."""
        found = self.edge.look()["verdicts"]
        return [(verdict["subject"], verdict["cause"]) for verdict in found if verdict["color"] != "green"]

    def check(self, mistake: Mistake) -> None:
        """All that a case claims."""
        told = {finding.rule for finding in self._findings()}
        findings = [finding for finding in self._findings(mistake) if finding.rule not in told]
        assert {finding.rule for finding in findings} == {mistake.rule, *mistake.also}
        assert mistake.rule in named(self.plan), self.plan.stderr
        if any(finding.severity is Severity.ERROR for finding in findings):
            assert self.plan.returncode == 2
        for i, effect in enumerate(mistake.effects, start=1):
            assert effect in self.true, f"effect {i} does not come, or does not stay"
        if mistake.cause is not None:
            subject, cause = mistake.cause
            assert any(fnmatch(s, subject) and cause in c for s, c in self.verdicts), self.verdicts


def named(plan: subprocess.CompletedProcess[str]) -> list[str]:
    """The rules that a plan tells of."""
    return sorted(set(re.findall(r"^ +([A-Z]\d+) ", plan.stderr, re.MULTILINE)))


def settled(edge: Edge, looks: set[Look], seconds: float = 60) -> set[Look]:
    """The looks that come true, and are true still when a slow daemon would have put it right."""
    deadline = time.monotonic() + seconds
    waiting = looks
    while waiting and time.monotonic() < deadline:
        view = View(edge)
        waiting = {look for look in waiting if not look(view)}
    time.sleep(3)
    view = View(edge)
    return {look for look in looks if look(view)}


def heal(edge: Edge, base: Edit = lambda stack: None, well: Look = healthy) -> View:
    """A good stack, up and well."""
    edge.change(base)
    edge.run("up")
    # What FRR threw away for want of a policy, it does not ask for again by itself; and what an agent withdrew while
    # its session was down stays, stale, until graceful restart's own time of six minutes is over.
    edge.on("cilium-r", "vtysh -c 'clear bgp *'")
    # A Service that lost its address to a mistake, or to a restart, may have been given another one since.
    if View(edge).addresses("webpod") != [VIP]:
        edge.kubectl("annotate", "service", "webpod", f"lbipam.cilium.io/ips={VIP}")
        until(lambda: View(edge).addresses("webpod") == [VIP], 60, "the Service has its address again")
        edge.kubectl("annotate", "service", "webpod", "lbipam.cilium.io/ips-")
    return is_well(edge, well)


def is_well(edge: Edge, well: Look = healthy) -> View:
    """A good stack, once it is well."""
    deadline = time.monotonic() + 120
    while not well(view := View(edge)):
        assert time.monotonic() < deadline, f"the good stack is not well: {told(view) if well is healthy else well}"
    return view


def told(view: View) -> str:
    """What stands in the router, for a claim that does not come true."""
    graceful = {node: found.get("gracefulRestartInfo", {}).get("timers") for node, found in view.neighbors.items()}
    sessions = {node: found.get("bgpState") for node, found in view.neighbors.items()}
    return f"sessions {sessions}, graceful restart {graceful}, routes {view.routes}"


class RuleLab:
    """The lab for one file: a good stack, where no effect is to be seen; then one deployment after the other."""

    def __init__(
        self, edge: Edge, deployments: tuple[Deployment, ...], base: Edit | None = None, well: Look = healthy
    ) -> None:
        self.edge = edge
        # The shipped stack is there already.
        view = heal(edge, base, well) if base else is_well(edge, well)
        mistakes = [mistake for deployment in deployments for mistake in deployment.mistakes]
        self._before = {mistake for mistake in mistakes if all(effect(view) for effect in mistake.effects)}
        self._shown: dict[str, Shown] = {}

    def show(self, deployment: Deployment) -> Shown:
        """Deployed once, at the first case of it."""
        if deployment.name not in self._shown:
            self._shown[deployment.name] = Shown(self.edge, deployment)
        return self._shown[deployment.name]

    def check(self, deployment: Deployment, mistake: Mistake) -> None:
        """A mistake, and that its effects are its own."""
        assert mistake.unseen or mistake not in self._before, "without the mistake it is so, too"
        self.show(deployment).check(mistake)


def mistakes_of(*deployments: Deployment) -> pytest.MarkDecorator:
    """Each mistake a case."""
    cases = [(deployment, mistake) for deployment in deployments for mistake in deployment.mistakes]
    return pytest.mark.parametrize(("deployment", "mistake"), cases, ids=[str(mistake) for _, mistake in cases])


def twins_of(*deployments: Deployment) -> pytest.MarkDecorator:
    """Each good twin a case."""
    cases = [(deployment, look) for deployment in deployments for _, look in deployment.well]
    names = [f"{deployment.name}-{name}" for deployment in deployments for name, _ in deployment.well]
    return pytest.mark.parametrize(("deployment", "look"), cases, ids=names)
