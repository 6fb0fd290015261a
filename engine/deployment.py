"""One run of the program. Each registration becomes a step, which is previewed or applied at once."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from config.errors import EdgeError
from engine import existing, records
from engine.diff import PropertyChange, changes, ignoring, touches
from engine.events import Listener, Op, Step, Summary
from engine.goal import Goal
from engine.handling import refused_inputs
from engine.identity import Claims
from engine.providers.base import Context, DiffResult, NotAwaited
from engine.registry import CLUSTER_UID, PROVIDER_PREFIX, Providers
from engine.selection import EVERYTHING, Selection
from engine.state import Resource, State
from engine.values import UNKNOWN, Properties, plain

DEFAULT_TIMEOUT = 300.0
STACK_TYPE = "pulumi:pulumi:Stack"


class Halted(Exception):
    """An earlier failure or Ctrl-C stopped the run; no new step is started."""


class Deployment:
    """Carries out registrations against a state. `dry_run`: plans only."""

    def __init__(
        self,
        state: State,
        providers: Providers,
        *,
        dry_run: bool,
        listener: Listener,
        selection: Selection = EVERYTHING,
    ) -> None:
        self.state = state
        self.providers = providers
        self.selection = selection
        self.dry_run = dry_run
        self.summary = Summary(warnings=list(state.warnings))
        self.order: list[str] = []
        self.halt = providers.ending
        self.failures: list[str] = []
        # Requests of the program that this engine does not support.
        self.refused: list[str] = []
        # Name of another stack of the project -> its outputs.
        self.outputs_of: Callable[[str], Properties] = _no_stacks
        # Provider URN -> uid of its cluster; see engine.clusters.
        self.clusters: dict[str, str] = {}
        # Stopped by Ctrl-C.
        self.stopped = False
        self._listener = listener
        self._seen: dict[str, Resource] = {}
        self._replaced: set[str] = set()
        self._missing: set[str] = set()
        self._old = {r.urn: r for r in state.resources if not r.delete}
        self._lock = threading.Lock()
        # An unfinished delete of a replaced resource does not concern its successor.
        self._interrupted = {urn: entry for urn, entry in state.pending.items() if not entry[1].delete}
        # Changes that an apply would record without calling a provider, found by a dry run.
        self.to_record: list[str] = []
        self._claims = Claims(providers)
        for urn, (kind, _) in self._interrupted.items():
            self.summary.warnings.append(f"{urn.rpartition('::')[2]}: an earlier run was interrupted while {kind} it")

    def register(self, goal: Goal) -> Resource:
        """Plan or apply one resource; returns it with its outputs.

        Raises Halted after a failure elsewhere, EdgeError if this step fails.
        """
        if self.halt.is_set():
            raise Halted
        declared = Resource(goal.urn, goal.type, goal.custom, goal.inputs, provider=goal.provider)
        with self._lock:
            if goal.urn in self._seen:
                raise EdgeError(f"{goal.urn}: declared twice; give one of the two resources another name")
            self._seen[goal.urn] = declared
            self.order.append(goal.urn)
        self._claims.declare(declared)
        if goal.custom:
            for what in refused_inputs(goal.type, goal.inputs):
                self.refuse(f"{goal.name} ({goal.type}): {what}")
        old = self._previous(goal)
        if old is not None:
            goal.inputs = ignoring(old.inputs, goal.inputs, goal.ignore_changes)
        resource = self._carry_out(goal, old)
        with self._lock:
            self._seen[goal.urn] = resource
        return resource

    def read(self, goal: Goal) -> Resource:
        """Read a resource that was made elsewhere. Raises EdgeError if it does not exist."""
        if self.halt.is_set():
            raise Halted
        with self._lock:
            self.order.append(goal.urn)
        resource = records.recorded(goal, self._old.get(goal.urn), goal.import_id, {})
        resource.external = True
        resource.outputs = records.sealed(self.providers, goal, existing.looked_at(self, goal))
        with self._lock:
            self._seen[goal.urn] = resource
        self.tell(Step(Op.READ, goal.urn, goal.type, goal.name, goal.parent), True)
        return self._record(resource, self._old.get(goal.urn))

    @property
    def explained(self) -> bool:
        """Whether the reason for the program's early end is known."""
        return bool(self.failures or self.refused)

    def refuse(self, what: str) -> None:
        """Note an unsupported request. The run goes on as a plan, to find the others, and is refused at its end."""
        with self._lock:
            if what not in self.refused:
                self.refused.append(what)

    def register_outputs(self, urn: str, outputs: Properties) -> None:
        """Record the outputs of a component or of the stack itself."""
        with self._lock:
            resource = self._seen.get(urn)
        if resource is None:
            return
        if resource.type == STACK_TYPE:
            self.summary.outputs = outputs
        if records.text(resource.outputs) == records.text(outputs):
            return
        if self.dry_run:
            self.to_record.append(urn)
            return
        resource.outputs = outputs
        self.state.put(resource)

    def seen(self, urn: str) -> Resource | None:
        """The resource with this URN, as registered in this run."""
        return self._seen.get(urn)

    def leftovers(self) -> list[Resource]:
        """Resources of the state that this run did not declare. They are to be deleted."""
        live = {id(resource) for resource in self._seen.values()}
        recorded = {r.urn for r in self.state.resources}
        # Resources that an unfinished create may have made and that the program no longer declares.
        begun = [
            r
            for urn, (kind, r) in self._interrupted.items()
            if kind == "creating" and urn not in recorded and urn not in self._seen
        ]
        gone = [
            r
            for r in [*self.state.resources, *begun]
            if self.selection.has(r.urn) and (r.delete or (r.urn not in self._seen and id(r) not in live))
        ]
        return self._unneeded(gone) if self.selection else gone

    def _unneeded(self, gone: list[Resource]) -> list[Resource]:
        """Without the components and providers of resources that stay: a selection need not name them."""
        while True:
            going = {id(r) for r in gone}
            needed = {urn for r in self.state.resources if id(r) not in going for urn in r.references()}
            rest = [r for r in gone if r.urn not in needed or self.selection.real(r.type, r.custom)]
            if len(rest) == len(gone):
                return gone
            gone = rest

    def forget(self, resource: Resource) -> None:
        """Plan as if the resource were not in the state."""
        self._old.pop(resource.urn, None)
        self.state.resources = [r for r in self.state.resources if r is not resource]

    def fail(self, step: Step, error: Exception) -> None:
        """Record a failure. After it no new step is started, and steps that only wait are ended."""
        self.halt.set()
        failed = replace(step, error=str(error))
        with self._lock:
            if not isinstance(error, NotAwaited):
                self.failures.append(f"{step.type.rpartition(':')[2]} {step.name}: {error}")
            self.summary.steps.append(failed)
        self._listener(failed, True)

    def tell(self, step: Step, over: bool) -> None:
        """Report a step. When it is over, add it to the summary."""
        if over:
            with self._lock:
                self.summary.steps.append(step)
        self._listener(step, over)

    def context(self, provider: str, timeout: float | None = None, step: Step | None = None) -> Context:
        """A provider's context, with the inputs of the explicit provider resource. `step`: shows what it waits for."""
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
                # Found under an alias: the old URN is gone, the resource is not deleted.
                with self._lock:
                    if urn in self._seen:
                        continue
                    self._seen[urn] = old
            return old
        return None

    def _carry_out(self, goal: Goal, old: Resource | None) -> Resource:
        if not goal.custom:
            return self._component(goal, old)
        if self.selection.real(goal.type, goal.custom) and not self.selection.has(goal.urn):
            return self._left(goal, old)
        self._need(goal)
        interrupted = self._interrupted.get(old.urn if old is not None else goal.urn, ("", old))[0]
        if goal.import_id and (old is None or old.id != goal.import_id):
            return existing.take_over(self, goal, old)
        if old is None or (interrupted and not old.id) or interrupted == "deleting":
            return self._create(goal, Op.CREATE, old, (), ())
        differences = changes(old.inputs, goal.inputs)
        moved = changes({"provider": old.provider.rpartition("::")[0]}, {"provider": goal.provider.rpartition("::")[0]})
        again = self._made_anew(goal, old)
        if again:
            return self._replace(goal, old, differences, DiffResult(True, again, bool(goal.delete_before_replace)))
        if not differences and not interrupted:
            if moved and moved[0].before:
                differences = moved
            else:
                return self._same(goal, old)
        result = self._diff_result(goal, old, differences)
        if result.replace:
            return self._replace(goal, old, differences, result)
        return self._update(goal, old, differences)

    def _left(self, goal: Goal, old: Resource | None) -> Resource:
        """A resource outside the selection stays as it is, or stays absent."""
        if old is not None:
            self.tell(Step(Op.SAME, goal.urn, goal.type, goal.name, goal.parent), True)
            return old
        with self._lock:
            self._missing.add(goal.urn)
        return records.recorded(goal, None, "", dict.fromkeys(records.previewed(self.providers, goal), UNKNOWN))

    def _need(self, goal: Goal) -> None:
        """Raises EdgeError if a resource depends on a resource that this run leaves out."""
        # The source of an input is a dependency, too.
        urns = {*goal.dependencies, goal.provider.rpartition("::")[0]}
        missing = sorted(urn.rpartition("::")[2] for urn in urns & self._missing)
        if missing:
            step = Step(Op.CREATE, goal.urn, goal.type, goal.name, goal.parent)
            error = EdgeError(f"depends on {', '.join(missing)}: not deployed, and not among the targets")
            self.fail(step, error)
            raise error

    def _diff_result(self, goal: Goal, old: Resource, differences: list[PropertyChange]) -> DiffResult:
        result = DiffResult(update=True)
        if not goal.type.startswith(PROVIDER_PREFIX) and self.providers.supports(goal.type):
            provider = self.context(goal.provider).provider
            result = self.providers.of(goal.type).diff(goal.type, plain(old.inputs), differences, provider)
        forced = tuple(
            c.path for c in differences if "*" in goal.replace_on_changes or touches(c, goal.replace_on_changes)
        )
        before = goal.delete_before_replace
        return DiffResult(
            result.update,
            tuple(dict.fromkeys(result.replace + forced)),
            result.delete_before_replace if before is None else before,
        )

    def _made_anew(self, goal: Goal, old: Resource) -> tuple[str, ...]:
        """The reasons for a replacement that do not depend on inputs; empty if there are none."""
        why = ["replacement_trigger"] if records.triggered(old.replacement_trigger, goal.replacement_trigger) else []
        return tuple(why + [urn.rpartition("::")[2] for urn in goal.replace_with if urn in self._replaced])

    def _component(self, goal: Goal, old: Resource | None) -> Resource:
        resource = records.recorded(goal, old, "", old.outputs if old else {})
        step = Step(Op.SAME if old else Op.CREATE, goal.urn, goal.type, goal.name, goal.parent, custom=False)
        self.tell(step, True)
        return self._record(resource, old)

    def _same(self, goal: Goal, old: Resource) -> Resource:
        outputs = self._provider(goal) if goal.urn in self.clusters else old.outputs
        resource = records.recorded(goal, old, old.id, records.sealed(self.providers, goal, outputs))
        self.tell(Step(Op.SAME, goal.urn, goal.type, goal.name, goal.parent), True)
        return self._record(resource, old)

    def _record(self, resource: Resource, old: Resource | None) -> Resource:
        """Record changed options and secrets. These need no call of a provider."""
        if old is not None and records.metadata(old) == records.metadata(resource):
            return old
        if self.dry_run:
            self.to_record.append(resource.urn)
        else:
            self.state.put(resource, old)
        return resource

    def _create(
        self, goal: Goal, op: Op, old: Resource | None, differences: tuple[PropertyChange, ...], keys: tuple[str, ...]
    ) -> Resource:
        step = Step(op, goal.urn, goal.type, goal.name, goal.parent, records.shown(goal, differences), keys)
        if self.dry_run:
            self.tell(step, True)
            return records.recorded(goal, None, "", records.previewed(self.providers, goal))
        resource = records.recorded(goal, None, "", {})
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
                resource.outputs = records.sealed(self.providers, goal, outputs)
                if old is not None and op is Op.REPLACE:
                    # The replaced resource stays in the state, marked, until the end of the run.
                    self.state.condemn(old)
                self.state.put(resource, old if op is Op.CREATE else None)
        except EdgeError as error:
            self.fail(step, error)
            raise
        self.tell(replace(step, seconds=time.monotonic() - began), True)
        return resource

    def _update(self, goal: Goal, old: Resource, differences: list[PropertyChange]) -> Resource:
        step = Step(Op.UPDATE, goal.urn, goal.type, goal.name, goal.parent, records.shown(goal, differences))
        if self.dry_run:
            self.tell(step, True)
            return records.recorded(goal, old, old.id, {**old.outputs, **records.previewed(self.providers, goal)})
        resource = records.recorded(goal, old, old.id, old.outputs)
        began = time.monotonic()
        self.tell(step, False)
        try:
            with self.state.operation("updating", old):
                if goal.type.startswith(PROVIDER_PREFIX):
                    outputs = self._provider(goal)
                else:
                    context = self.context(goal.provider, goal.timeouts.get("update"), step)
                    # After an interrupted update the inputs in force are unknown.
                    before = {} if old.urn in self._interrupted else plain(old.inputs)
                    outputs = self.providers.of(goal.type).update(
                        goal.type, old.id, before, plain(old.outputs), plain(goal.inputs), context
                    )
                resource.outputs = records.sealed(self.providers, goal, outputs)
                self.state.put(resource, old)
        except EdgeError as error:
            self.fail(step, error)
            raise
        self.tell(replace(step, seconds=time.monotonic() - began), True)
        return resource

    def _replace(self, goal: Goal, old: Resource, differences: list[PropertyChange], result: DiffResult) -> Resource:
        if old.protect:
            step = Step(Op.REPLACE, goal.urn, goal.type, goal.name, goal.parent, records.shown(goal, differences))
            error = EdgeError("is protected and would be replaced; unprotect the resource in the program first")
            self.fail(step, error)
            raise error
        with self._lock:
            self._replaced.add(goal.urn)
        if result.delete_before_replace and not self.dry_run:
            self.delete(old, Op.REPLACE, successor=goal.urn)
            return self._create(goal, Op.REPLACE, None, tuple(differences), result.replace)
        return self._create(goal, Op.REPLACE, old, tuple(differences), result.replace)

    def delete(self, resource: Resource, op: Op = Op.DELETE, *, call: bool = True, successor: str = "") -> None:
        """Delete one resource (`call` False: only forget it) and record that.

        An object that another declared resource stands for is kept. `successor` does not count: it is made afterwards.
        """
        step = Step(op, resource.urn, resource.type, resource.name, resource.parent, custom=resource.custom)
        if resource.deleted_with in self._replaced:
            # The replaced resource contained this one (`deleted_with`), which is gone with it.
            call = False
        heir = self._claims.heir(resource)
        if heir and heir != successor:
            call = False
            if heir != resource.urn:
                name = heir.rpartition("::")[2]
                self.summary.warnings.append(
                    f"{resource.name}: the object stays, because {name} is the same object now"
                )
        if self.dry_run:
            self.tell(step, True)
            return
        began = time.monotonic()
        if op is Op.DELETE:
            self.tell(step, False)
        try:
            real = resource.custom and not resource.external and not resource.type.startswith(PROVIDER_PREFIX)
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
        """The outputs of a provider: its inputs, and the uid of its cluster."""
        known = {CLUSTER_UID: self.clusters[goal.urn]} if goal.urn in self.clusters else {}
        return {**goal.inputs, **known}


def _no_stacks(name: str) -> Properties:
    raise EdgeError(f"{name}: no other stack is known here")
