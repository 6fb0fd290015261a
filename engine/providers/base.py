"""The protocol between the engine and what applies a resource type."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from config.errors import EdgeError
from engine.diff import PropertyChange
from engine.values import Properties


@dataclass(frozen=True)
class DiffResult:
    """How to carry out a set of changes: in place, or by a replacement. `replace` names the paths that force one."""

    update: bool
    replace: tuple[str, ...] = ()
    delete_before_replace: bool = False


class NotAwaited(EdgeError):
    """The run is ending for another reason; the step did its work and was waiting for the effect."""


def _silent(text: str) -> None:
    """Nobody is told."""


@dataclass
class Context:
    """What a provider may know besides the resource itself."""

    # The inputs of the resource's explicit provider, such as a kubeconfig.
    provider: Properties = field(default_factory=dict)
    # Seconds; from the resource's custom timeouts, or the engine's default.
    timeout: float = 300.0
    # Set when the run is ending: whoever waits for something stops waiting and raises NotAwaited.
    ending: threading.Event = field(default_factory=threading.Event)
    # Told what a step waits for.
    waiting: Callable[[str], None] = _silent


class Provider(Protocol):
    """Applies one family of resource types. Properties come without Secret wrappers.

    Every method may raise an EdgeError; its message becomes the resource's line in the report.
    """

    def diff(self, kind: str, before: Properties, changes: list[PropertyChange], provider: Properties) -> DiffResult:
        """How to get from the recorded inputs to the declared ones. `provider`: its inputs, where there is one."""
        ...

    def preview(self, kind: str, inputs: Properties) -> Properties:
        """Outputs before an apply; what only reality knows is UNKNOWN."""
        ...

    def identity(self, kind: str, inputs: Properties) -> str | None:
        """What the resource is in the real world, where two resources can be the same thing; None where not."""
        ...

    def create(self, kind: str, inputs: Properties, context: Context) -> tuple[str, Properties]:
        """Make it; returns the physical id and the outputs. Must be safe to repeat."""
        ...

    def update(
        self, kind: str, id: str, before: Properties, outputs: Properties, inputs: Properties, context: Context
    ) -> Properties:
        """Change it in place; returns the outputs."""
        ...

    def delete(self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context) -> None:
        """Remove it, and nothing that is not it. What is gone already is no error.

        After a create that was cut off there are no outputs.
        """
        ...

    def read(
        self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context
    ) -> tuple[Properties, Properties] | None:
        """What is really there, as inputs and outputs; None where it is gone."""
        ...

    def secret_outputs(self, kind: str, inputs: Properties) -> tuple[str, ...]:
        """Outputs that are secret, given the inputs with their Secret wrappers."""
        ...
