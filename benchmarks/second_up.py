"""A second `up` without changes, and an `up` with a changed FRR line, on a running lab.

The baseline of both is the time to reach the cluster and the router: `kubectl get --raw /readyz` and
`vtysh -c 'show version'` by hand.

    .venv/bin/python -m benchmarks.second_up
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.harness import Edge

RUNS = 5


def median(action: Callable[[], object]) -> float:
    """Median wall seconds of RUNS calls."""
    times = []
    for _ in range(RUNS):
        began = time.monotonic()
        action()
        times.append(time.monotonic() - began)
    return statistics.median(times)


def main() -> None:
    """Print the three figures and their ratios."""
    with tempfile.TemporaryDirectory() as directory:
        edge = Edge(Path(directory) / "project")
        try:
            edge.run("up", "--verify", "--deadline=120")
            reach = median(
                lambda: (edge.kubectl("get", "--raw", "/readyz"), edge.on("cilium-r", "vtysh -c 'show version'"))
            )
            idle = median(lambda: edge.run("up"))
            flips = iter(range(10**6))

            def change() -> None:
                def networks(stack: Any) -> None:
                    extra = ["10.10.2.0/24"] if next(flips) % 2 == 0 else []
                    stack["routers"][0]["bgp"]["networks"] = ["10.10.1.0/24", *extra]

                edge.change(networks)
                edge.run("up")

            changed = median(change)
            print(
                f"reach both by hand {reach:.2f} s; up without changes {idle:.2f} s ({idle / reach:.1f}x);"
                f" up with one FRR line {changed:.2f} s ({changed / reach:.1f}x)"
            )
        finally:
            edge.run("down", ok=False)


if __name__ == "__main__":
    main()
