"""What each single loss costs: a pure function of the stack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.stack import StackConfig
from config.whole import whole
from effective.made import with_made
from failures import routes, served
from failures.loss import Loss, losses
from failures.thing import Kind, RedundantPath, Thing


@dataclass(frozen=True)
class Cost:
    """What a loss does to a thing. `left`: paths after it; `share`: of the traffic, what is lost at first.

    `seconds`: for how long that is lost, None until what was lost is back.
    """

    thing: Thing
    left: int
    share: float
    seconds: float | None

    @property
    def down(self) -> bool:
        """Whether nothing is left of it."""
        return self.left == 0

    def text(self) -> str:
        """In one line, without the names."""
        return f"{'down: ' if self.down else ''}{self.left} of {len(self.thing.paths)} {self.thing.plural} left"


@dataclass(frozen=True)
class Foreseen:
    """A loss and its costs, the worst first."""

    loss: Loss
    costs: tuple[Cost, ...]

    @property
    def down(self) -> tuple[Cost, ...]:
        """What it takes down."""
        return tuple(cost for cost in self.costs if cost.down)


def things(stack: StackConfig) -> list[Thing]:
    """Everything that can be lost: what is declared, stands under `manifests`, or is made by Cilium (of Ingresses)."""
    read = with_made(whole(stack).stack.model_copy(update={"manifests": ()}))
    return [*routes.things(read), *served.things(read)]


def foresee(stack: StackConfig) -> list[Foreseen]:
    """Every single loss with what it costs. Linear in the paths that are lost."""
    known = things(stack)
    users: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for t, thing in enumerate(known):
        for w, path in enumerate(thing.paths):
            for part in path.parts:
                users[part].append((t, w))
    return [Foreseen(loss, tuple(sorted(_costs(loss, known, users), key=_worst))) for loss in losses(stack, known)]


def _costs(loss: Loss, known: list[Thing], users: dict[str, list[tuple[int, int]]]) -> Iterator[Cost]:
    hit: dict[int, set[int]] = defaultdict(set)
    for part in loss.parts:
        for t, w in users[part]:
            hit[t].add(w)
    for t, paths in hit.items():
        cost = _cost(loss, known[t], [known[t].paths[w] for w in paths])
        if cost is not None:
            yield cost


def _cost(loss: Loss, thing: Thing, lost: list[RedundantPath]) -> Cost | None:
    if _of_its_own(loss, thing):
        return None
    left = len(thing.paths) - len(lost)
    # The worst case: what is used at a time is among what is lost.
    share = min(len(lost), thing.width) / thing.width
    if not left:
        return Cost(thing, 0, 1.0, None)
    # A session that ends says so: its routes are taken back, or kept while it starts again.
    seconds = 0.0 if loss.kind == "session" else max(path.seconds for path in lost)
    return Cost(thing, left, share, seconds)


def _of_its_own(loss: Loss, thing: Thing) -> bool:
    """A node that is gone needs no routes to its pods, and no way back; a gateway's service is not its pods."""
    nodes = {part.removeprefix("node/") for part in loss.parts if part.startswith("node/")}
    if thing.kind == "pods":
        return thing.names[0].removeprefix("pods of ") in nodes
    return thing.kind == "way back" and {name.partition(" ")[0] for name in thing.names} <= nodes


def _worst(cost: Cost) -> tuple[bool, float, str]:
    return not cost.down, -cost.share, cost.thing.names[0]


def points_of_failure(found: Iterable[Foreseen]) -> list[Foreseen]:
    """The losses that take something down."""
    return [one for one in found if one.down]


def longest(stack: StackConfig, loss: str, kind: Kind, name: str) -> float | None:
    """For how many seconds a loss (`node NAME`) may cost a thing some of its traffic; None where it takes it down."""
    found = next((one for one in foresee(stack) if str(one.loss) == loss), None)
    costs = (
        [
            cost.seconds
            for cost in found.costs
            if cost.thing.kind == kind and any(one.partition(" ")[0] == name for one in cost.thing.names)
        ]
        if found
        else []
    )
    return None if None in costs else max((seconds for seconds in costs if seconds is not None), default=0.0)
