"""X1: A Helm key does not exist in the chart of this Cilium version.

Why: The chart's schema accepts unknown keys. A misspelled key sets nothing.
Seen: Nowhere.
Since: 1.16
Source: values.yaml and values.schema.json of each release

Bad: `values: { bgpControlPlan: { enabled: true } }`
Good: `values: { bgpControlPlane: { enabled: true } }`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from effective import chart
from rules.across.x06_moved_key import MOVED
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Compares with the keys of the exact release. X6 reports moved keys."""
    for key in dotted(facts.release, facts.stack.cilium.values):
        tree = ": { ".join(key.split(".")) + ": ..." + " }" * key.count(".")
        yield error(
            f"cilium.values.{key}",
            "nested keys: a dot inside a key does not separate keys",
            key,
            f"write it as {tree}",
        )
    declared = set(dotted(facts.release, facts.stack.cilium.values))
    for key in paths(facts.stack.cilium.values):
        if key in declared:
            continue
        if chart.knows(facts.release, key) or key in chart.groups(facts.release):
            continue
        if any(key == old or key.startswith(f"{old}.") for old in MOVED):
            continue
        yield error(
            f"cilium.values.{key}",
            f"a key of the {'.'.join(map(str, facts.release))} chart",
            "none such",
            _hint(facts, key),
        )


def paths(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted keys of all leaves."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from paths(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def dotted(release: tuple[int, int], values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The keys that contain a dot, although the chart has a group with fixed keys there."""
    for key, value in values.items():
        if "." in str(key):
            yield f"{prefix}{key}"
        elif isinstance(value, dict) and f"{prefix}{key}" in chart.groups(release) - chart.free(release):
            yield from dotted(release, value, f"{prefix}{key}.")


def _hint(facts: Facts, key: str) -> str:
    known = [name.removesuffix(".*") for name in chart.keys(facts.release)]
    last = key.rpartition(".")[2]
    # A key with the same last part in another group is as likely as a misspelling.
    close = get_close_matches(key, [*known, *chart.groups(facts.release)], n=1, cutoff=0.8)
    same = [name for name in known if name.rpartition(".")[2] == last]
    best = close or (same if len(same) == 1 else [])
    return f"did you mean {best[0]}?" if best else "take it out"
