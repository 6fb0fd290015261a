"""The Helm keys of each Cilium release's chart, with their defaults, as data.

`keys((1, 18))` maps a dotted key to its default. The path of a free key (a map or a list with content of the user)
ends in `.*`. `python -m effective.chart.extract CHART_DIR...` makes the data from charts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

RELEASES = ((1, 16), (1, 17), (1, 18), (1, 19), (1, 20))


@cache
def keys(release: tuple[int, int]) -> Mapping[str, Any]:
    """Dotted key -> default in that release's chart."""
    file = Path(__file__).with_name(f"{release[0]}.{release[1]}.json")
    return dict(json.loads(file.read_text()))


def default(release: tuple[int, int], key: str) -> Any:
    """The chart's default of a key. None: the key has no default."""
    return keys(release).get(key)


def knows(release: tuple[int, int], key: str) -> bool:
    """Whether the chart has a dotted key, or a free map above the key."""
    known = keys(release)
    if key in known or f"{key}.*" in known:
        return True
    parts = key.split(".")
    above = (".".join(parts[:end]) for end in range(1, len(parts)))
    # A key without a default may hold anything.
    return any(f"{path}.*" in known or (path in known and known[path] is None) for path in above)


@cache
def free(release: tuple[int, int]) -> frozenset[str]:
    """The keys with free keys below (`podAnnotations`)."""
    return frozenset(key.removesuffix(".*") for key in keys(release) if key.endswith(".*"))


@cache
def groups(release: tuple[int, int]) -> frozenset[str]:
    """The keys with other keys below (`bgpControlPlane`)."""
    result: set[str] = set()
    for key in keys(release):
        parts = key.split(".")
        result.update(".".join(parts[:end]) for end in range(1, len(parts)))
    return frozenset(result)
