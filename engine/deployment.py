"""One run of the program. Each registration becomes a step, which is previewed or applied at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from config.errors import EdgeError
from engine import dispatch, existing, records
from engine.diff import ignoring
from engine.events import Listener, Op, Step, Summary
from engine.goal import Goal
from engine.handling.properties import refused_inputs
from engine.identity import Claims
from engine.providers.base import Context, NotAwaited
from engine.registry import CLUSTER_UID, Providers
from engine.resource import Resource
from engine.selection import EVERYTHING, Selection
from engine.state import State
from engine.values import Properties, plain

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
        # URN -> what this run declared, with its outputs as soon as its step is over.
        self.registered: dict[str, Resource] = {}
        # URNs of resources that this run replaces.
        self.replaced: set[str] = set()
        # URN of a resource that goes before another one is replaced -> that one's name.
        self.doomed: dict[str, str] = {}
        # URNs of resources that are not deployed and that the selection leaves out.
        self.missing: set[str] = set()
        self._old = {r.urn: r for r in state.resources if not r.delete}
        self._lock = threading.Lock()
        # An unfinished delete of a replaced resource does not concern its successor.
        self.interrupted = {urn: entry for urn, entry in state.pending.items() if not entry[1].delete}
        # Failures of steps that are among `failures` already.
        self._told: list[Exception] = []
        # Changes that an apply would record without calling a provider, found by a dry run.
        self.to_record: list[str] = []
        self.claims = Claims(providers)
        for urn, (kind, _) in self.interrupted.items():
            self.summary.warnings.append(f"{urn.rpartition('::')[2]}: an earlier run was interrupted while {kind} it")

    def register(self, goal: Goal) -> Resource:
        """Plan or apply one resource; returns it with its outputs.

        Raises Halted after a failure elsewhere, EdgeError if this step fails.
        """
        if self.halt.is_set():
            raise Halted
        declared = Resource(goal.urn, goal.type, goal.custom, goal.inputs, provider=goal.provider)
        with self._lock:
            if goal.urn in self.registered:
                raise EdgeError(f"{goal.urn}: declared twice; give one of the two resources another name")
            self.registered[goal.urn] = declared
            self.order.append(goal.urn)
        self.claims.declare(declared)
        if goal.custom:
            for what in refused_inputs(goal.type, goal.inputs):
                self.refuse(f"{goal.name} ({goal.type}): {what}")
            goal.inputs = self.providers.checked(goal.type, goal.inputs)
        old = self._previous(goal)
        if old is not None:
            goal.inputs = ignoring(old.inputs, goal.inputs, goal.ignore_changes)
        resource = dispatch.carry_out(self, goal, old)
        with self._lock:
            self.registered[goal.urn] = resource
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
            self.registered[goal.urn] = resource
        self.tell(Step(Op.READ, goal.urn, goal.type, goal.name, goal.parent), True)
        return dispatch.record(self, resource, self._old.get(goal.urn))

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
            resource = self.registered.get(urn)
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

    def forget(self, resource: Resource) -> None:
        """Plan as if the resource were not in the state."""
        self._old.pop(resource.urn, None)
        self.state.resources = [r for r in self.state.resources if r is not resource]

    def fail(self, step: Step, error: Exception) -> None:
        """Record a failure. After it no new step is started, and steps that only wait are ended."""
        self.halt.set()
        failed = replace(step, error=str(error))
        with self._lock:
            self._told.append(error)
            if not isinstance(error, NotAwaited):
                self.failures.append(f"{step.type.rpartition(':')[2]} {step.name}: {error}")
            self.summary.steps.append(failed)
        self._listener(failed, True)

    def stop(self, name: str, error: Exception) -> None:
        """Record what ended the registration of the resource `name`, unless its step has recorded it."""
        self.halt.set()
        with self._lock:
            if not any(error is one for one in self._told):
                self.failures.append(f"{name}: {error}")

    def tell(self, step: Step, over: bool) -> None:
        """Report a step. When it is over, add it to the summary."""
        if over:
            with self._lock:
                self.summary.steps.append(step)
        self._listener(step, over)

    def context(self, provider: str, timeout: float | None = None, step: Step | None = None) -> Context:
        """A provider's context, with the inputs of the explicit provider resource. `step`: the step that waits."""
        urn = provider.rpartition("::")[0]
        found = self.registered.get(urn) or self._old.get(urn)
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
                    if urn in self.registered:
                        continue
                    self.registered[urn] = old
            return old
        return None

    def provider_outputs(self, goal: Goal) -> Properties:
        """The outputs of a provider: its inputs, and the uid of its cluster."""
        known = {CLUSTER_UID: self.clusters[goal.urn]} if goal.urn in self.clusters else {}
        return {**goal.inputs, **known}


def _no_stacks(name: str) -> Properties:
    raise EdgeError(f"{name}: no other stack is known here")
