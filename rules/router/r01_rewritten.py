"""R1: FRR rewrites a value of the configuration.

Why: The program compares the running configuration with the rendered one. A value that FRR rewrites is a permanent
difference. Examples are `maximum-paths` above the limit of the build, and a description with two spaces in a row.
Seen: Only in `show running-config`. `edge up` treats FRR's value as the declared value.
Since: 1.16
Source: FRR 8.4.4; seen on the lab

Bad: `maximumPaths: 256`, `description: "a  b"`
Good: `maximumPaths: 64`, `description: "a b"`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning

_LIMIT = 64


def check(facts: Facts) -> Iterator[Finding]:
    """Debian's FRR is built for 256 paths, but accepts at most 64 from a file without a change."""
    for i, router in enumerate(facts.stack.routers):
        counts = {"maximumPaths": router.bgp.maximum_paths, "maximumPathsIbgp": router.bgp.maximum_paths_ibgp}
        for key, count in counts.items():
            if count is not None and count > _LIMIT:
                yield warning(f"routers[{i}].bgp.{key}", f"at most {_LIMIT}", count, f"set {_LIMIT}")
        texts = [(f"peerGroups[{j}]", group.description) for j, group in enumerate(router.bgp.peer_groups)]
        texts += [(f"neighbors[{j}]", neighbor.description) for j, neighbor in enumerate(router.bgp.neighbors)]
        for where, text in texts:
            if text is not None and " ".join(text.split()) != text:
                yield warning(
                    f"routers[{i}].bgp.{where}.description",
                    "single spaces, none at the ends",
                    repr(text),
                    "write it with single spaces",
                )
