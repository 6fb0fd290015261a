"""The protocol of Docker's resource types, and the mark on the objects that the built-in engine makes."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

from config.errors import DockerError
from engine.providers.base import Context
from engine.values import Properties

# Label with a digest of the inputs. It identifies the object of an interrupted create. Docker's provider for Pulumi
# reads all labels of a network, and would replace a network that has other labels than the declared ones.
MARK = "cilium-edge.inputs"
# Key among observed inputs: the object was replaced by hand under its name. The next `up` replaces the new object.
REPLACED = "replacedByHand"


class Kind(Protocol):
    """One type of resource. `docker` is a client of the Docker engine."""

    @property
    def in_place(self) -> frozenset[str]:
        """Inputs that change in place; any other change replaces."""
        ...

    def computed(self, inputs: Properties) -> tuple[str, ...]:
        """Outputs that only the Docker engine knows. `inputs` may have secrets and unknown values."""
        ...

    def create(self, docker: Any, inputs: Properties, context: Context) -> tuple[str, Properties]:
        """Create the object; returns its id and outputs."""
        ...

    def update(self, docker: Any, id: str, before: Properties, inputs: Properties, context: Context) -> Properties:
        """Apply changes in place; returns the outputs. `before`: the recorded inputs, empty if these are unknown."""
        ...

    def delete(self, docker: Any, id: str, inputs: Properties, context: Context) -> None:
        """Remove the object; without an id, the object of an interrupted create. A missing object is no error."""
        ...

    def read(
        self, docker: Any, id: str, inputs: Properties, outputs: Properties
    ) -> tuple[Properties, Properties] | None:
        """Inputs and outputs of the real object; None if it is gone. `outputs`: the recorded ones."""
        ...


def digest(inputs: Properties) -> str:
    """SHA-256 of the inputs: identifies the inputs without revealing their secrets."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def labels(inputs: Properties) -> dict[str, str]:
    """The declared labels."""
    return {one["label"]: one["value"] for one in inputs.get("labels") or ()}


def mark(inputs: Properties) -> dict[str, str]:
    """The label that identifies an object by its inputs."""
    return {MARK: digest(inputs)}


def own_labels(found: dict[str, str], inputs: Properties) -> list[dict[str, str]]:
    """The declared labels with their real values, in the order of the inputs. Labels of the image do not count."""
    said = [one["label"] for one in inputs.get("labels") or ()]
    return [{"label": key, "value": found[key]} for key in said if key in found]


def taken(what: str, remove: str) -> DockerError:
    """The error for a name that an object from outside the stack has."""
    return DockerError(
        f"{what}: the name is taken by an object that this stack did not make; use another name, or run: {remove}"
    )
