"""The Pulumi CLI as the engine, through the Automation API. It has the operations of the built-in engine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from pulumi import automation

from config.errors import DeploymentFailed, StateError
from engine.events import Listener, Summary, silent
from engine.forgetting import Gone, lost_in, without
from engine.operations import BuiltinEngine
from engine.pulumi_events import Recorder
from engine.selection import EVERYTHING, Selection
from engine.settings import StackSettings
from engine.values import Properties, Secret
from engine.workspace import workspace


def available() -> bool:
    """Whether `pulumi` is on PATH."""
    return shutil.which("pulumi") is not None


class PulumiEngine:
    """Operations on one stack by the Pulumi CLI. `qualified`: the stack's name with organization and project.

    The built-in engine plans a stack that Pulumi does not have yet: a plan creates nothing,
    not even an empty stack in the backend.
    """

    def __init__(
        self, project_dir: Path, stack: str, state_dir: Path, *, own_passphrase: bool, qualified: str | None = None
    ) -> None:
        self.builtin = BuiltinEngine(project_dir, stack, state_dir, own_passphrase=own_passphrase)
        self.stack = stack
        self._qualified = qualified or stack
        self.path = self.builtin.path
        self._own = own_passphrase
        self._project_dir = project_dir

    @property
    def settings(self) -> StackSettings:
        """The stack's configuration, read once."""
        return self.builtin.settings

    def passphrase(self) -> str:
        """The stack's passphrase. Raises StateError if none is set."""
        return self.builtin.passphrase()

    def preview(
        self,
        listener: Listener = silent,
        *,
        fresh: bool = False,
        refresh: bool = False,
        selection: Selection = EVERYTHING,
    ) -> Summary:
        """What `up` would do."""
        if fresh or not self._exists():
            return self.builtin.preview(listener, fresh=True, selection=selection)
        return self._run(
            listener, lambda record: self._select().preview(on_event=record, **_chosen(selection, refresh))
        )

    def up(self, listener: Listener = silent, *, refresh: bool = False, selection: Selection = EVERYTHING) -> Summary:
        """Apply the program. Raises DeploymentFailed with every failure."""
        if not self._exists() and self.builtin.resources():
            raise StateError(
                f"stack {self.stack} was deployed by the built-in engine; hand it over to Pulumi:"
                f" EDGE_ENGINE=builtin edge stack export -s {self.stack} --file stack.json,"
                f" then edge stack import -s {self.stack} stack.json"
            )
        return self._run(
            listener, lambda record: self._make().up(on_event=record, show_secrets=False, **_chosen(selection, refresh))
        )

    def destroy(self, listener: Listener = silent, *, selection: Selection = EVERYTHING) -> Summary:
        """Delete everything in the state, dependents first."""
        return self._run(
            listener, lambda record: self._select().destroy(on_event=record, show_secrets=False, **_chosen(selection))
        )

    def refresh(
        self, listener: Listener = silent, *, dry_run: bool = False, selection: Selection = EVERYTHING
    ) -> Summary:
        """Compare the state with the real resources and record the differences."""

        def call(record: Recorder) -> None:
            if dry_run:
                self._select().preview_refresh(on_event=record, **_chosen(selection))
            else:
                self._select().refresh(on_event=record, show_secrets=False, **_chosen(selection))

        return self._run(listener, call)

    def outputs(self) -> Properties:
        """The stack's outputs. Secret outputs are wrapped in Secret."""
        if not self._exists():
            return {}
        with _errors():
            found = self._select().outputs()
        return {key: Secret(item.value) if item.secret else item.value for key, item in found.items()}

    def resources(self) -> list[Any]:
        """The resources of the state."""
        if not self._exists():
            return []
        return list(self.export()["deployment"].get("resources") or [])

    def export(self) -> dict[str, Any]:
        """The deployment, as `pulumi stack export` prints it."""
        with _errors():
            deployment = self._select().export_stack()
        return {"version": deployment.version, "deployment": deployment.deployment}

    def import_(self, text: str) -> int:
        """Import an exported deployment; returns its number of resources."""
        try:
            document = json.loads(text)
            deployment = automation.Deployment(document["version"], document["deployment"])
            count = len(document["deployment"].get("resources") or [])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise StateError("expected a deployment as `stack export` prints it, got another document") from None
        with _errors():
            self._make().import_stack(deployment)
        return count

    def forget(self, gone: Gone) -> int:
        """Remove resources that are known to be gone from the state; returns their number."""
        if not self._exists():
            return 0
        document = self.export()
        urns = lost_in(document, gone)
        if urns:
            rest = without(document, urns)
            with _errors():
                self._select().import_stack(automation.Deployment(rest["version"], rest["deployment"]))
        return len(urns)

    @cached_property
    def _place(self) -> tuple[Path, dict[str, str]]:
        passphrase = self.builtin.passphrase() if self._own else None
        return workspace(self._project_dir, self.stack, self.path.parent, passphrase)

    def _options(self) -> automation.LocalWorkspaceOptions:
        return automation.LocalWorkspaceOptions(env_vars=self._place[1])

    def _select(self) -> automation.Stack:
        return automation.select_stack(self._qualified, work_dir=str(self._place[0]), opts=self._options())

    def _make(self) -> automation.Stack:
        return automation.create_or_select_stack(self._qualified, work_dir=str(self._place[0]), opts=self._options())

    def _exists(self) -> bool:
        with _errors():
            place = automation.LocalWorkspace(work_dir=str(self._place[0]), env_vars=self._place[1])
            names = {item.name.rpartition("/")[2] for item in place.list_stacks()}
        return self.stack in names

    def _run(self, listener: Listener, call: Callable[[Recorder], object]) -> Summary:
        record = Recorder(listener)
        with _errors(record):
            call(record)
        return record.summary


def _chosen(selection: Selection, refresh: bool = False) -> dict[str, Any]:
    """Arguments of the Automation API for a selection and a refresh before the operation."""
    chosen = {
        "target": selection.urns(selection.targets),
        "exclude": selection.urns(selection.excludes),
        "refresh": refresh,
    }
    return {key: value for key, value in chosen.items() if value}


@contextmanager
def _errors(record: Recorder | None = None) -> Iterator[None]:
    try:
        yield
    except automation.ConcurrentUpdateError:
        raise StateError("the stack is in use by another pulumi; wait until it ends, or run `pulumi cancel`") from None
    except automation.StackNotFoundError:
        raise StateError("Pulumi does not have the stack; `edge up` makes the stack") from None
    except automation.CommandError as error:
        if record is not None and record.failures:
            raise DeploymentFailed(list(dict.fromkeys(record.failures))) from None
        text = str(error).rpartition(" stderr: ")[2]
        lines = [line.strip() for line in text.splitlines() if line.strip()] or ["failed without a message"]
        first = next((i for i, line in enumerate(lines) if line.startswith("error:")), len(lines) - 1)
        said = lines[first].removeprefix("error:").strip()
        if said.endswith(":"):
            # The reasons follow, one a line.
            said = " ".join([said, *lines[first + 1 :]])
        raise StateError(f"pulumi: {said}") from None
