"""X7: This Cilium release is not tested with the Kubernetes version.

Why: Each Cilium release is tested with four minor versions of Kubernetes. Other versions often work, but Cilium
does not promise to support them.
Seen: Nowhere.
Since: 1.16
Source: Cilium Kubernetes compatibility table of each release

Bad: `kubernetes: "1.36"` with Cilium 1.18
Good: `kubernetes: "1.33"`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning

# Cilium release -> the first and the last minor version of Kubernetes 1.
_TESTED = {(1, 16): (27, 30), (1, 17): (29, 32), (1, 18): (30, 33), (1, 19): (32, 35), (1, 20): (33, 36)}
# The table of 1.19 changed with a patch release.
_EARLIER = {(1, 19, 0): (31, 34), (1, 19, 1): (31, 34)}


def kubernetes_minors(exact: tuple[int, int, int]) -> tuple[int, int]:
    """The first and the last minor version of Kubernetes 1 that a Cilium patch release is tested with."""
    return _EARLIER.get(exact) or _TESTED[exact[:2]]


def check(facts: Facts) -> Iterator[Finding]:
    """Applies only if the stack declares the Kubernetes version."""
    text = facts.stack.cluster.kubernetes
    if text is None:
        return
    first, last = kubernetes_minors(facts.stack.cilium.exact)
    if not first <= int(text.removeprefix("v").split(".")[1]) <= last:
        release = ".".join(map(str, facts.release))
        yield warning(
            "cluster.kubernetes",
            f"1.{first} to 1.{last} (Cilium {release})",
            text,
            "use a Cilium release that is tested with this Kubernetes version",
        )
