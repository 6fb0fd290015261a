"""One run of the program: each registration becomes a step, previewed or applied as it comes."""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from functools import partial

from config.errors import EdgeError
from engine.diff import Change, changes, ignoring, touches
from engine.events import Listener, Op, Step, Summary
from engine.identity import Claims
from engine.providers.base import Context, NotAwaited, Verdict
from engine.registry import CLUSTER_UID, PROVIDER_PREFIX, Providers
from engine.state import Resource, State
from engine.values import Properties, Secret, plain, reseal, to_json

DEFAULT_TIMEOUT = 300.0
STACK_TYPE = "pulumi:pulumi:Stack"


class Halted(Exception):
    """The run was stopped by an earlier failure or by Ctrl-C; no new step is started."""


@dataclass
class Goal:
    """What the program wants of one resource: a registration, decoded."""

    urn: str
    type: str
    name: str
    custom: bool
    inputs: Properties
    parent: str = ""
    provider: str = ""
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    protect: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    delete_before_replace: bool | None = None
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    timeouts: dict[str, float] = field(default_factory=dict)


class Deployment:
    """Carries out registrations against a state. `dry_run` only plans."""

    def __init__(self, state: State, providers: Providers, *, dry_run: bool,
                 listener: Listener) -> None:  # fmt: skip
        self.state = state
        self.providers = providers
        self.dry_run = dry_run
        self.summary = Summary(warnings=list(state.warnings))
        self.order: list[str] = []
        self.halt = providers.ending
        self.failures: list[str] = []
        # Provider URN -> which cluster that is; see engine.clusters.
        self.clusters: dict[str, str] = {}
        # By Ctrl-C.
        self.stopped = False
        self._listener = listener
        self._seen: dict[str, Resource] = {}
        self._old = {r.urn: r for r in state.resources if not r.delete}
        self._lock = threading.Lock()
        # An unfinished delete of a replaced resource is no matter of its successor's.
        self._interrupted = {urn: entry for urn, entry in state.pending.items() if not entry[1].delete}
        # What a dry run found that an apply would record without calling a provider.
        self.to_record: list[str] = []
        self._claims = Claims(providers)
        for urn, (kind, _) in self._interrupted.items():
            self.summary.warnings.append(f"{urn.rpartition('::')[2]}: an earlier run did not end {kind} it")

    def register(self, goal: Goal) -> Resource:
        """Plan or apply one resource; returns it with its outputs.

        Raises Halted after a failure elsewhere, EdgeError where this step fails.
        """
        if self.halt.is_set():
            raise Halted
        declared = Resource(goal.urn, goal.type, goal.custom, goal.inputs, provider=goal.provider)
        with self._lock:
            if goal.urn in self._seen:
                raise EdgeError(f"{goal.urn}: declared twice")
            self._seen[goal.urn] = declared
            self.order.append(goal.urn)
        self._claims.declare(declared)
        old = self._previous(goal)
        if old is not None:
            goal.inputs = ignoring(old.inputs, goal.inputs, goal.ignore_changes)
        resource = self._carry_out(goal, old)
        with self._lock:
            self._seen[goal.urn] = resource
        return resource

    def register_outputs(self, urn: str, outputs: Properties) -> None:
        """The outputs of a component, or of the stack itself."""
        with self._lock:
            resource = self._seen.get(urn)
        if resource is None:
            return
        if resource.type == STACK_TYPE:
            self.summary.outputs = outputs
        if _sealed(resource.outputs) == _sealed(outputs):
            return
        if self.dry_run:
            self.to_record.append(urn)
            return
        resource.outputs = outputs
        self.state.put(resource)

    def seen(self, urn: str) -> Resource | None:
        """The resource of that URN as this run has it."""
        return self._seen.get(urn)

    def leftovers(self) -> list[Resource]:
        """What is in the state but was not declared in this run: to be deleted."""
        live = {id(resource) for resource in self._seen.values()}
        recorded = {r.urn for r in self.state.resources}
        # What a create that did not end may have made, and nobody wants any more.
        begun = [r for urn, (kind, r) in self._interrupted.items()
                 if kind == "creating" and urn not in recorded and urn not in self._seen]  # fmt: skip
        return [
            r for r in [*self.state.resources, *begun]
            if r.delete or (r.urn not in self._seen and id(r) not in live)
        ]  # fmt: skip

    def fail(self, step: Step, error: Exception) -> None:
        """Record a failure; from here on nothing new is started, and what only waits is ended."""
        self.halt.set()
        failed = replace(step, error=str(error))
        with self._lock:
            if not isinstance(error, NotAwaited):
                self.failures.append(f"{step.type.rpartition(':')[2]} {step.name}: {error}")
            self.summary.steps.append(failed)
        self._listener(failed, True)

    def tell(self, step: Step, over: bool) -> None:
        """Report a step and, when it is over, add it to the summary."""
        if over:
            with self._lock:
                self.summary.steps.append(step)
        self._listener(step, over)

    def context(self, provider: str, timeout: float | None = None, step: Step | None = None) -> Context:
        """What a provider may know: the inputs of the explicit provider resource. `step` is told what it waits for."""
        urn = provider.rpartition("::")[0]
        found = self._seen.get(urn) or self._old.get(urn)
        inputs = plain(found.inputs) if found is not None else {}
        context = Context(inputs, timeout or DEFAULT_TIMEOUT, self.halt)
        if step is not None:
            context.waiting = partial(self._waiting, step)
        return context

    def _waiting(self, step: Step, what: str) -> None:
        self._listener(replace(step, waiting=what), False)

    def _previous(self, goal: Goal) -> Resource | None:
        for urn in (goal.urn, *goal.aliases):
            old = self._old.get(urn)
            if old is None:
                continue
            if urn != goal.urn:
                # Found under an alias: what it was called before is gone, not deleted.
                with self._lock:
                    if urn in self._seen:
                        continue
                    self._seen[urn] = old
            return old
        return None

    def _carry_out(self, goal: Goal, old: Resource | None) -> Resource:
        if not goal.custom:
            return self._component(goal, old)
        interrupted = self._interrupted.get(old.urn if old is not None else goal.urn, ("", old))[0]
        if old is None or (interrupted and not old.id) or interrupted == "deleting":
            return self._create(goal, Op.CREATE, old, (), ())
        differences = changes(old.inputs, goal.inputs)
        moved = changes({"provider": old.provider.rpartition("::")[0]},
                        {"provider": goal.provider.rpartition("::")[0]})  # fmt: skip
        if not differences and not interrupted:
            if moved and moved[0].before:
                differences = moved
            else:
                return self._same(goal, old)
        verdict = self._verdict(goal, old, differences)
        if verdict.replace:
            return self._replace(goal, old, differences, verdict)
        return self._update(goal, old, differences)

    def _verdict(self, goal: Goal, old: Resource, differences: list[Change]) -> Verdict:
        verdict = Verdict(update=True)
        if not goal.type.startswith(PROVIDER_PREFIX) and self.providers.supports(goal.type):
            verdict = self.providers.of(goal.type).diff(goal.type, plain(old.inputs), differences)
        forced = tuple(c.path for c in differences
                       if "*" in goal.replace_on_changes or touches(c, goal.replace_on_changes))  # fmt: skip
        before = goal.delete_before_replace
        return Verdict(verdict.update, tuple(dict.fromkeys(verdict.replace + forced)),
                       verdict.delete_before_replace if before is None else before)  # fmt: skip

    def _component(self, goal: Goal, old: Resource | None) -> Resource:
        resource = self._recorded(goal, old, "", old.outputs if old else {})
        step = Step(Op.SAME if old else Op.CREATE, goal.urn, goal.type, goal.name, goal.parent, custom=False)
        self.tell(step, True)
        return self._record(resource, old)

    def _same(self, goal: Goal, old: Resource) -> Resource:
        outputs = self._provider(goal) if goal.urn in self.clusters else old.outputs
        resource = self._recorded(goal, old, old.id, self._secret(goal, outputs))
        self.tell(Step(Op.SAME, goal.urn, goal.type, goal.name, goal.parent), True)
        return self._record(resource, old)

    def _record(self, resource: Resource, old: Resource | None) -> Resource:
        """Options, and what is secret, can change without the resource: nothing is called for that."""
        if old is not None and _metadata(old) == _metadata(resource):
            return old
        if self.dry_run:
            self.to_record.append(resource.urn)
        else:
            self.state.put(resource, old)
        return resource

    def _create(self, goal: Goal, op: Op, old: Resource | None, differences: tuple[Change, ...],
                keys: tuple[str, ...]) -> Resource:  # fmt: skip
        step = Step(op, goal.urn, goal.type, goal.name, goal.parent, differences, keys)
        if self.dry_run:
            self.tell(step, True)
            return self._recorded(goal, None, "", self._previewed(goal))
        resource = self._recorded(goal, None, "", {})
        began = time.monotonic()
        self.tell(step, False)
        try:
            with self.state.operation("creating", resource):
                if goal.type.startswith(PROVIDER_PREFIX):
                    resource.id, outputs = str(uuid.uuid4()), self._provider(goal)
                else:
                    context = self.context(goal.provider, goal.timeouts.get("create"), step)
                    with self._claims.alone(resource):
                        resource.id, outputs = self.providers.of(goal.type).create(
                            goal.type, plain(goal.inputs), context
                        )
                resource.outputs = self._secret(goal, outputs)
                if old is not None and op is Op.REPLACE:
                    # The replaced one stays in the state, marked, until the end of the run.
                    self.state.condemn(old)
                self.state.put(resource, old if op is Op.CREATE else None)
        except EdgeError as error:
            self.fail(step, error)
            raise
        self.tell(replace(step, seconds=time.monotonic() - began), True)
        return resource

    def _update(self, goal: Goal, old: Resource, differences: list[Change]) -> Resource:
        step = Step(Op.UPDATE, goal.urn, goal.type, goal.name, goal.parent, tuple(differences))
        if self.dry_run:
            self.tell(step, True)
            return self._recorded(goal, old, old.id, {**old.outputs, **self._previewed(goal)})
        resource = self._recorded(goal, old, old.id, old.outputs)
        began = time.monotonic()
        self.tell(step, False)
        try:
            with self.state.operation("updating", old):
                if goal.type.startswith(PROVIDER_PREFIX):
                    outputs = self._provider(goal)
                else:
                    context = self.context(goal.provider, goal.timeouts.get("update"), step)
                    # After an interrupted update nobody knows which inputs are in force.
                    before = {} if old.urn in self._interrupted else plain(old.inputs)
                    outputs = self.providers.of(goal.type).update(
                        goal.type, old.id, before, plain(old.outputs), plain(goal.inputs), context
                    )
                resource.outputs = self._secret(goal, outputs)
                self.state.put(resource, old)
        except EdgeError as error:
            self.fail(step, error)
            raise
        self.tell(replace(step, seconds=time.monotonic() - began), True)
        return resource

    def _replace(self, goal: Goal, old: Resource, differences: list[Change], verdict: Verdict) -> Resource:
        if old.protect:
            step = Step(Op.REPLACE, goal.urn, goal.type, goal.name, goal.parent, tuple(differences))
            error = EdgeError("is protected and would be replaced; unprotect it in the program first")
            self.fail(step, error)
            raise error
        if verdict.delete_before_replace and not self.dry_run:
            self.delete(old, Op.REPLACE, successor=goal.urn)
            return self._create(goal, Op.REPLACE, None, tuple(differences), verdict.replace)
        return self._create(goal, Op.REPLACE, old, tuple(differences), verdict.replace)

    def delete(self, resource: Resource, op: Op = Op.DELETE, *, call: bool = True, successor: str = "") -> None:
        """Delete one resource (`call` False: only forget it) and record that.

        What another declared resource stands for too is left where it is; `successor` is about to be made anew.
        """
        step = Step(op, resource.urn, resource.type, resource.name, resource.parent, custom=resource.custom)
        heir = self._claims.heir(resource)
        if heir and heir != successor:
            call = False
            if heir != resource.urn:
                name = heir.rpartition("::")[2]
                self.summary.warnings.append(f"{resource.name}: {name} is the same object now; it stays")
        if self.dry_run:
            self.tell(step, True)
            return
        began = time.monotonic()
        if op is Op.DELETE:
            self.tell(step, False)
        try:
            real = resource.custom and not resource.type.startswith(PROVIDER_PREFIX)
            if call and real and not resource.retain_on_delete:
                with self.state.operation("deleting", resource), self._claims.alone(resource):
                    context = self.context(resource.provider, resource.custom_timeouts.get("delete"), step)
                    self.providers.of(resource.type).delete(
                        resource.type, resource.id, plain(resource.inputs), plain(resource.outputs), context
                    )
                    self.state.drop(resource)
            self.state.drop(resource)
        except EdgeError as error:
            self.fail(step, error)
            raise
        if op is Op.DELETE:
            self.tell(replace(step, seconds=time.monotonic() - began), True)

    def _provider(self, goal: Goal) -> Properties:
        """The outputs of a provider: its inputs, and which cluster it is."""
        known = {CLUSTER_UID: self.clusters[goal.urn]} if goal.urn in self.clusters else {}
        return {**goal.inputs, **known}

    def _previewed(self, goal: Goal) -> Properties:
        if goal.type.startswith(PROVIDER_PREFIX) or not self.providers.supports(goal.type):
            return dict(goal.inputs)
        return self._secret(goal, self.providers.of(goal.type).preview(goal.type, goal.inputs))

    def _secret(self, goal: Goal, outputs: Properties) -> Properties:
        """Outputs with the secret ones wrapped: by option, by type, or because the input was."""
        names = set(goal.additional_secret_outputs)
        if self.providers.supports(goal.type) and not goal.type.startswith(PROVIDER_PREFIX):
            names |= set(self.providers.of(goal.type).secret_outputs(goal.type, goal.inputs))
        pattern = {**goal.inputs, **{name: Secret(None) for name in names}}
        return dict(reseal(pattern, outputs))

    def _recorded(self, goal: Goal, old: Resource | None, id: str, outputs: Properties) -> Resource:
        return Resource(
            goal.urn, goal.type, goal.custom, goal.inputs, outputs, id, goal.parent, goal.provider,
            sorted(goal.dependencies), goal.property_dependencies, goal.protect, goal.retain_on_delete,
            goal.deleted_with, False, goal.additional_secret_outputs, [], goal.timeouts,
            old.created if old else "",
        )  # fmt: skip


def _sealed(properties: Properties) -> str:
    """A text that differs where a value differs, and where one is secret on one side only."""
    return json.dumps(to_json(properties, lambda text: text), sort_keys=True)


def _metadata(resource: Resource) -> tuple[object, ...]:
    r = resource
    return (r.urn, _sealed(r.inputs), _sealed(r.outputs),
            r.parent, r.provider, tuple(r.dependencies), r.protect, r.retain_on_delete, r.deleted_with,
            repr(sorted(r.property_dependencies.items())), repr(r.custom_timeouts),
            tuple(r.additional_secret_outputs), r.delete)  # fmt: skip
