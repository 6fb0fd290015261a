"""What each Cilium release's chart knows: every Helm key with its default, as data.

`keys((1, 18))` maps a dotted key to its default; a key whose value is free (a map or a list of the
user's own making) ends the path with `.*`. The data is made from charts by
`python -m effective.chart.extract CHART_DIR...`.
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
    """Dotted key -> default of that release's chart."""
    file = Path(__file__).with_name(f"{release[0]}.{release[1]}.json")
    return dict(json.loads(file.read_text()))


def default(release: tuple[int, int], key: str) -> Any:
    """The chart's default of a key; None where it has none."""
    return keys(release).get(key)


def knows(release: tuple[int, int], key: str) -> bool:
    """Whether a dotted key, or a free map above it, is in the chart."""
    known = keys(release)
    if key in known or f"{key}.*" in known:
        return True
    parts = key.split(".")
    above = (".".join(parts[:end]) for end in range(1, len(parts)))
    # A key without a default may hold anything.
    return any(f"{path}.*" in known or (path in known and known[path] is None) for path in above)


@cache
def free(release: tuple[int, int]) -> frozenset[str]:
    """The keys that hold keys of the user's own making (`podAnnotations`)."""
    return frozenset(key.removesuffix(".*") for key in keys(release) if key.endswith(".*"))


@cache
def groups(release: tuple[int, int]) -> frozenset[str]:
    """The keys that hold other keys (`bgpControlPlane`)."""
    result: set[str] = set()
    for key in keys(release):
        parts = key.split(".")
        result.update(".".join(parts[:end]) for end in range(1, len(parts)))
    return frozenset(result)
