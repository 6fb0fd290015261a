"""The protocol between the engine and the providers of resource types."""

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
    """How to carry out changes: in place, or by a replacement. `replace`: the paths that force a replacement."""

    update: bool
    replace: tuple[str, ...] = ()
    delete_before_replace: bool = False


class NotAwaited(EdgeError):
    """The run is ending for another reason. The step has done its work and was waiting for the effect."""


def _silent(text: str) -> None:
    """Discards the text."""


@dataclass
class Context:
    """Information for a provider besides the resource itself."""

    # The inputs of the resource's explicit provider, such as a kubeconfig.
    provider: Properties = field(default_factory=dict)
    # Seconds: the resource's custom timeout or the engine's default.
    timeout: float = 300.0
    # Set when the run is ending: a waiting step stops waiting and raises NotAwaited.
    ending: threading.Event = field(default_factory=threading.Event)
    # Receives a description of what the step waits for.
    waiting: Callable[[str], None] = _silent


class Provider(Protocol):
    """Applies one family of resource types. Properties come without Secret wrappers.

    Every method may raise an EdgeError. Its message becomes the resource's line in the report.
    """

    def diff(self, kind: str, before: Properties, changes: list[PropertyChange], provider: Properties) -> DiffResult:
        """How to get from the recorded to the declared inputs. `provider`: inputs of the explicit provider, if any."""
        ...

    def preview(self, kind: str, inputs: Properties) -> Properties:
        """Outputs before an apply. Values that only an apply can find out are UNKNOWN."""
        ...

    def identity(self, kind: str, inputs: Properties) -> str | None:
        """The identity of the real object, if two resources can be the same object; otherwise None."""
        ...

    def create(self, kind: str, inputs: Properties, context: Context) -> tuple[str, Properties]:
        """Create the resource; returns the physical id and the outputs. Must be safe to repeat."""
        ...

    def update(
        self, kind: str, id: str, before: Properties, outputs: Properties, inputs: Properties, context: Context
    ) -> Properties:
        """Change the resource in place; returns the outputs."""
        ...

    def delete(self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context) -> None:
        """Remove the resource and nothing else. A resource that is already gone is no error.

        After an interrupted create there are no outputs.
        """
        ...

    def read(
        self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context
    ) -> tuple[Properties, Properties] | None:
        """Inputs and outputs of the real resource; None if it is gone."""
        ...

    def secret_outputs(self, kind: str, inputs: Properties) -> tuple[str, ...]:
        """Names of the secret outputs. `inputs` have their Secret wrappers."""
        ...
