"""What every kind of Docker's objects has, and the marks that this engine leaves on what it makes."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

from config.errors import DockerError
from engine.providers.base import Context
from engine.values import Properties

# A digest of the inputs: what a create that was cut off has made is known by it again.
MARK = "cilium-edge.inputs"
# Among observed inputs: somebody removed it and made another one under its name, which the next `up` replaces.
REPLACED = "replacedByHand"


class Kind(Protocol):
    """One type of resource. `docker` is a client of the engine."""

    @property
    def in_place(self) -> frozenset[str]:
        """Inputs that change in place; any other change replaces."""
        ...

    @property
    def computed(self) -> tuple[str, ...]:
        """Outputs that only the engine knows."""
        ...

    def create(self, docker: Any, inputs: Properties, context: Context) -> tuple[str, Properties]:
        """Make it; its id and outputs."""
        ...

    def update(self, docker: Any, id: str, inputs: Properties, context: Context) -> Properties:
        """Change what can be changed in place; the outputs."""
        ...

    def delete(self, docker: Any, id: str, inputs: Properties, context: Context) -> None:
        """Remove it; without an id what a create that was cut off has left. What is gone already is no error."""
        ...

    def read(self, docker: Any, id: str, inputs: Properties) -> tuple[Properties, Properties] | None:
        """What is there, as inputs and outputs; None where it is gone."""
        ...


def digest(inputs: Properties) -> str:
    """What tells one set of inputs from another, and lets nobody read a secret of them."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def labels(inputs: Properties) -> dict[str, str]:
    """The labels that it gets: its own, and the mark."""
    return {**{one["label"]: one["value"] for one in inputs.get("labels") or ()}, MARK: digest(inputs)}


def own_labels(found: dict[str, str], inputs: Properties) -> list[dict[str, str]]:
    """An object's labels as inputs have them, in the inputs' order; those of its image do not count."""
    said = [one["label"] for one in inputs.get("labels") or ()]
    return [{"label": key, "value": found[key]} for key in said if key in found]


def taken(what: str, remove: str) -> DockerError:
    """Somebody else's object has the name."""
    return DockerError(
        f"{what}: the name is taken by an object that this stack did not make; use another name, or run: {remove}"
    )
