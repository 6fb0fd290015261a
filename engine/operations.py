"""preview, up, refresh, destroy, export and import of a stack by the built-in engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from config.errors import DeploymentFailed, EdgeError, StateError
from engine import program
from engine.clusters import the_same
from engine.deletion import delete_all, refuse_protected
from engine.deployment import Deployment
from engine.drift import drift
from engine.events import Listener, Summary, silent
from engine.forgetting import Gone, forget
from engine.handover import for_pulumi, take_in
from engine.interrupt import ctrl_c
from engine.leftovers import leftovers
from engine.lock import exclusive
from engine.passphrase import from_environment
from engine.planning import planned, refuse_unsupported
from engine.registry import INSTALL, Providers
from engine.resource import Resource
from engine.selection import EVERYTHING, Selection
from engine.settings import StackSettings, read
from engine.state import State
from engine.values import Properties


class BuiltinEngine:
    """Operations on one stack of a project directory.

    `state_dir`: holds the state file. `own_passphrase`: generate a passphrase for a stack if the
    environment has none (a lab's secrets are worth nothing outside the lab).
    """

    def __init__(self, project_dir: Path, stack: str, state_dir: Path, *, own_passphrase: bool) -> None:
        self.project_dir = project_dir
        self.stack = stack
        self.path = state_dir / f"{stack}.json"
        self._fallback = state_dir / f"{stack}.passphrase" if own_passphrase else None

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
            planned(self.project_dir, self.settings, deployment)
            delete_all(deployment, leftovers(deployment))
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
                planned(self.project_dir, settings, plan)
                refuse_unsupported(plan)
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
                delete_all(deployment, leftovers(deployment))
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
            refuse_protected(going)
            delete_all(deployment, going)
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
        with exclusive(self.path):
            return take_in(self._state(), text)

    def forget(self, gone: Gone) -> int:
        """Remove resources that are known to be gone from the state; returns their number."""
        with exclusive(self.path):
            return forget(self._state(), gone)

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
            with ctrl_c(deployment):
                yield deployment
        finally:
            providers.close()

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
