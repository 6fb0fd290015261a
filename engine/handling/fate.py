"""The ways in which the engine handles a request."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Fate(StrEnum):
    """How a request is handled."""

    DONE = "carried out"
    REFUSED = "refused"
    # The request concerns only the protocol between SDK and engine, or plugins, which this engine does not have.
    NOTHING = "of no effect"


# Property path -> handling, of one resource type.
Handled = Mapping[str, Fate]


def each(fate: Fate, *paths: str) -> dict[str, Fate]:
    """The same handling for several property paths."""
    return dict.fromkeys(paths, fate)
