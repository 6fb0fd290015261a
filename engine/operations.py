"""preview, up, refresh, destroy, export and import of a stack by the built-in engine."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from config.errors import DeploymentFailed, EdgeError, StateError, UnsupportedResource
from engine import program, steps
from engine.clusters import the_same
from engine.deployment import Deployment
from engine.drift import drift
from engine.events import Listener, Op, Step, Summary, silent
from engine.forgetting import Gone, lost, without
from engine.handover import for_pulumi, from_pulumi
from engine.leftovers import leftovers
from engine.lock import exclusive
from engine.order import dependents_first
from engine.passphrase import from_environment
from engine.registry import INSTALL, Providers
from engine.resource import Resource
from engine.selection import EVERYTHING, Selection
from engine.settings import StackSettings, read
from engine.state import State
from engine.values import Properties, plain


class BuiltinEngine:
    """Operations on one stack of a project directory.

    `state_dir`: holds the state file. `own_passphrase`: generate a passphrase for a stack if the
    environment has none (a lab's secrets are worth nothing outside the lab).
    """

    def __init__(self, project_dir: Path, stack: str, state_dir: Path, *, own_passphrase: bool) -> None:
        self.project_dir = project_dir
        self.stack = stack
        self.path = state_dir / f"{stack}.json"
        fallback = state_dir / f"{stack}.passphrase" if own_passphrase else None
        self._fallback = fallback

    @cached_property
    def settings(self) -> StackSettings:
        """The stack's configuration, read once."""
        passphrase = from_environment(self._fallback if self._fallback and self._fallback.exists() else None)
        return read(self.project_dir, self.stack, passphrase)

    def passphrase(self) -> str:
        """The stack's passphrase. Raises StateError if none is set."""
        text = from_environment(self._fallback)
        if text is None:
            raise StateError("no passphrase: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE")
        return text

    def preview(
        self,
        listener: Listener = silent,
        *,
        fresh: bool = False,
        refresh: bool = False,
        selection: Selection = EVERYTHING,
    ) -> Summary:
        """What `up` would do; changes nothing. `fresh`: plan as if nothing existed. `refresh`: plan from reality."""
        with self._deployment(dry_run=True, listener=listener, fresh=fresh, selection=selection) as deployment:
            if refresh:
                list(drift(deployment))
            self._planned(deployment)
            _delete(deployment, leftovers(deployment))
            if deployment.failures:
                raise DeploymentFailed(deployment.failures)
            return deployment.summary

    def up(self, listener: Listener = silent, *, refresh: bool = False, selection: Selection = EVERYTHING) -> Summary:
        """Apply the program. Raises DeploymentFailed with every failure; the state has what succeeded.

        If there is something to do, the program runs twice: unsupported requests must be refused
        before anything is changed.
        """
        with exclusive(self.path):
            settings = self.settings
            if refresh:
                self.refresh(listener, selection=selection)
            with self._deployment(dry_run=True, listener=silent, selection=selection) as plan:
                self._planned(plan)
                self._refuse_unsupported(plan)
                idle = not (plan.summary.changed or leftovers(plan) or plan.state.pending or plan.to_record)
                if idle:
                    if plan.state.damaged:
                        plan.state.write()
                    for step in plan.summary.steps:
                        listener(step, True)
                    return plan.summary
                clusters = the_same(plan)
            with self._deployment(dry_run=False, listener=listener, selection=selection) as deployment:
                deployment.clusters = clusters
                program.run(self.project_dir, settings, deployment)
                _delete(deployment, leftovers(deployment))
                if deployment.failures:
                    raise DeploymentFailed(deployment.failures)
                deployment.state.reorder(deployment.order)
                if not selection:
                    deployment.state.settle()
                return deployment.summary

    def destroy(self, listener: Listener = silent, *, selection: Selection = EVERYTHING) -> Summary:
        """Delete everything in the state, dependents first."""
        with (
            exclusive(self.path),
            self._deployment(dry_run=False, listener=listener, selection=selection) as deployment,
        ):
            selection.check(r.urn for r in deployment.state.resources)
            going = leftovers(deployment)
            protected = [r for r in going if r.protect]
            if protected:
                names = ", ".join(r.name for r in protected)
                raise DeploymentFailed(
                    [
                        f"nothing is deleted, because these resources are protected: {names};"
                        " unprotect the resources in the program first"
                    ]
                )
            _delete(deployment, going)
            if deployment.failures:
                raise DeploymentFailed(deployment.failures)
            if deployment.state.pending and not selection:
                deployment.state.settle()
            return deployment.summary

    def refresh(
        self, listener: Listener = silent, *, dry_run: bool = False, selection: Selection = EVERYTHING
    ) -> Summary:
        """Compare the state with the real resources and record the differences."""
        with (
            exclusive(self.path),
            self._deployment(dry_run=dry_run, listener=listener, selection=selection) as deployment,
        ):
            selection.check(r.urn for r in deployment.state.resources)
            for step in drift(deployment):
                deployment.tell(step, True)
            if deployment.failures:
                raise DeploymentFailed(deployment.failures)
            return deployment.summary

    def outputs(self) -> Properties:
        """The stack's outputs. Secret outputs are wrapped in Secret."""
        root = next((r for r in self._state().resources if not r.parent and not r.custom), None)
        return root.outputs if root else {}

    def resources(self) -> list[Resource]:
        """The resources of the state."""
        return self._state().resources

    def export(self) -> dict[str, Any]:
        """The deployment, as `pulumi stack export` prints it; secrets stay encrypted."""
        return self._state().document(for_pulumi)

    def import_(self, text: str) -> int:
        """Import an exported deployment; returns its number of resources."""
        try:
            document = json.loads(text)
        except ValueError as error:
            raise StateError(f"expected a deployment as `stack export` prints it, got no JSON: {error}") from None
        with exclusive(self.path):
            state = self._state()
            try:
                state.import_document(document, from_pulumi)
            except (KeyError, TypeError, AttributeError):
                raise StateError("expected a deployment as `stack export` prints it, got another document") from None
            return len(state.resources)

    def forget(self, gone: Gone) -> int:
        """Remove resources that are known to be gone from the state; returns their number."""
        with exclusive(self.path):
            state = self._state()
            urns = lost(((r.urn, r.type, r.custom, plain(r.inputs)) for r in state.resources), gone)
            if urns:
                document = without(state.document(lambda resource: resource), urns)
                state.import_document(document, lambda resource: resource)
            return len(urns)

    def _state(self, *, fresh: bool = False) -> State:
        path = Path(os.devnull) / "none" if fresh else self.path
        return State(path, from_environment(self._fallback))

    @contextmanager
    def _deployment(
        self, *, dry_run: bool, listener: Listener, selection: Selection, fresh: bool = False
    ) -> Iterator[Deployment]:
        providers = Providers()
        deployment = Deployment(
            self._state(fresh=fresh), providers, dry_run=dry_run, listener=listener, selection=selection
        )
        deployment.outputs_of = self._outputs_of
        try:
            with _ctrl_c(deployment):
                yield deployment
        finally:
            providers.close()

    def _planned(self, deployment: Deployment) -> None:
        """Run the program as a plan. Raises UnsupportedResource with all requests that this engine does not support."""
        try:
            program.run(self.project_dir, self.settings, deployment)
        except DeploymentFailed:
            # The failure may come from a refused request alone.
            if not deployment.refused:
                raise
        deployment.selection.check([*deployment.order, *(r.urn for r in deployment.state.resources)])
        if deployment.refused:
            raise UnsupportedResource(
                f"the built-in engine does not support: {'; '.join(deployment.refused)}; {INSTALL}"
            )

    def _outputs_of(self, name: str) -> Properties:
        """Outputs of another stack of this project. Raises EdgeError if that stack is not deployed."""
        parts = name.split("/")
        if len(parts) == 3 and parts[1] != self.settings.project:
            raise EdgeError(
                f"{name}: expected a stack of project {self.settings.project}, got a stack of another project;"
                f" the built-in engine reads no other project; {INSTALL}"
            )
        if parts[-1] == self.stack and not self.path.exists():
            # The program reads its own stack before the first `up`.
            return {}
        other = BuiltinEngine(self.project_dir, parts[-1], self.path.parent, own_passphrase=self._fallback is not None)
        if not other.path.exists():
            raise EdgeError(
                f"{name}: expected a deployed stack, got a stack without a state;"
                f" deploy the stack first: edge up -s {parts[-1]}"
            )
        return other.outputs()

    @staticmethod
    def _refuse_unsupported(plan: Deployment) -> None:
        refused = [
            f"{step.name} ({step.type})"
            for step in plan.summary.changed
            if step.custom and not plan.providers.supports(step.type)
        ]
        refused += [
            f"{old.name} ({old.type}), to be deleted"
            for old in leftovers(plan)
            if old.custom and not old.external and not old.retain_on_delete and not plan.providers.supports(old.type)
        ]
        if refused:
            raise UnsupportedResource(f"the built-in engine plans but cannot apply: {', '.join(refused)}; {INSTALL}")


def _delete(deployment: Deployment, resources: list[Resource]) -> None:
    going = {r.urn for r in resources}
    for kept in deployment.state.resources if deployment.selection else ():
        held = kept.references() & going
        if kept.urn not in going and held:
            names = ", ".join(sorted(urn.rpartition("::")[2] for urn in held))
            deployment.failures.append(f"{kept.name}: depends on {names}, and is not among the targets")
    if deployment.failures:
        return

    def delete(resource: Resource) -> None:
        if resource.protect and not resource.delete:
            step = Step(Op.DELETE, resource.urn, resource.type, resource.name)
            error = EdgeError("is protected and would be deleted; unprotect the resource in the program first")
            deployment.fail(step, error)
            raise error
        # A resource that is deleted with another one needs no call of its own.
        steps.delete(deployment, resource, call=resource.deleted_with not in going)

    dependents_first(resources, delete, deployment.halt.is_set)


@contextmanager
def _ctrl_c(deployment: Deployment) -> Iterator[None]:
    """The first Ctrl-C lets running steps end and starts no new ones; the second Ctrl-C ends the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: object) -> None:
        if deployment.stopped:
            # Threads that run a step would keep the process alive until their host answers. Each write of the state
            # is complete and records the running steps.
            os.write(2, b"\nstopped at once; the state has the interrupted steps, and the next run repeats them\n")
            os._exit(130)
        os.write(2, b"\nstopping: no new step starts; press Ctrl-C again to stop at once\n")
        deployment.stopped = True
        deployment.failures.append("stopped by Ctrl-C; run the command again to go on")
        deployment.halt.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        # After the first Ctrl-C, a second one must still end the process at once.
        if not deployment.stopped:
            signal.signal(signal.SIGINT, before)
