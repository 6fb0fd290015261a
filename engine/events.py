"""Events of a running operation, and the summary at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from engine.diff import PropertyChange


class Op(StrEnum):
    """Pulumi's step names."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    REFRESH = "refresh"
    IMPORT = "import"
    READ = "read"


@dataclass(frozen=True)
class Step:
    """One step on one resource. `seconds` and `error` are set when the step is over; `waiting`: what it waits for."""

    op: Op
    urn: str
    type: str
    name: str
    parent: str = ""
    changes: tuple[PropertyChange, ...] = ()
    replace_keys: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str = ""
    custom: bool = True
    waiting: str = ""


@dataclass
class Summary:
    """The steps of an operation, in the order in which they ended."""

    steps: list[Step] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    outputs: dict[str, object] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[Op]:
        """The number of resources by operation."""
        return Counter(step.op for step in self.steps if not step.error)

    @property
    def changed(self) -> list[Step]:
        """The steps that change something: neither `same` nor `read`."""
        return [step for step in self.steps if step.op not in (Op.SAME, Op.READ)]


# Called with a step when it starts (over=False) and when it is over.
Listener = Callable[[Step, bool], None]


def silent(step: Step, over: bool) -> None:
    """A listener that ignores every step."""
