"""The effects of each single failure, as a pure function of the stack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.stack import StackConfig
from effective.made import with_everything
from failures import routes, served
from failures.loss import Loss, losses
from failures.thing import Kind, RedundantPath, Thing


@dataclass(frozen=True)
class Cost:
    """The effect of a failure on a thing. `left`: the remaining paths. `share`: the share of traffic lost at first.

    `seconds`: how long that traffic is lost. None: until the failed part is back.
    """

    thing: Thing
    left: int
    share: float
    seconds: float | None

    @property
    def down(self) -> bool:
        """Whether no path is left."""
        return self.left == 0

    def text(self) -> str:
        """The effect in one line, without the names."""
        return f"{'down: ' if self.down else ''}{self.left} of {len(self.thing.paths)} {self.thing.plural} left"


@dataclass(frozen=True)
class Foreseen:
    """A failure and its effects, the worst first."""

    loss: Loss
    costs: tuple[Cost, ...]

    @property
    def down(self) -> tuple[Cost, ...]:
        """The effects that leave no path."""
        return tuple(cost for cost in self.costs if cost.down)


def things(stack: StackConfig) -> list[Thing]:
    """Everything that a failure can affect: declared, under `manifests`, or made by Cilium."""
    read = with_everything(stack)
    return [*routes.things(read), *served.things(read)]


def foresee(stack: StackConfig) -> list[Foreseen]:
    """Every single failure with its effects. The running time is linear in the number of lost paths."""
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
    # The worst case: the lost paths include the used paths.
    share = min(len(lost), thing.width) / thing.width
    if not left:
        return Cost(thing, 0, 1.0, None)
    # The end of a session is noticed at once: the router withdraws its routes, or keeps them during a restart.
    seconds = 0.0 if loss.kind == "session" else max(path.seconds for path in lost)
    return Cost(thing, left, share, seconds)


def _of_its_own(loss: Loss, thing: Thing) -> bool:
    """Whether the thing is lost together with the nodes: routes to their own pods, and their own return paths."""
    nodes = {part.removeprefix("node/") for part in loss.parts if part.startswith("node/")}
    if thing.kind == "pods":
        return thing.names[0].removeprefix("pods of ") in nodes
    return thing.kind == "way back" and {name.partition(" ")[0] for name in thing.names} <= nodes


def _worst(cost: Cost) -> tuple[bool, float, str]:
    return not cost.down, -cost.share, cost.thing.names[0]


def points_of_failure(found: Iterable[Foreseen]) -> list[Foreseen]:
    """The failures that leave a thing without a path."""
    return [one for one in found if one.down]


def longest(stack: StackConfig, loss: str, kind: Kind, name: str) -> float | None:
    """The maximum seconds that a thing loses traffic after a failure (`node NAME`). None: no path is left."""
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
