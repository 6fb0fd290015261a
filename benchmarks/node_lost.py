"""Times of the loss and the return of a node, with each timer profile, on the lab.

The node's link goes silent (its port leaves the bridge; the router's interface keeps its carrier).
`lost`: the time from then until the router has no route through the node. `back`: the time from the
port's return until the router has all of these routes again.

    .venv/bin/python -m benchmarks.node_lost [RUNS [PROFILE ...]]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.harness import Edge

NODE, ADDRESS = "cilium-w1", "192.168.10.101"
PROFILES = ("standard", "fast-failover", "graceful-upgrade")


def routes_through_node(edge: Edge) -> int:
    """The number of routes in the router's FIB through the node."""
    routes = json.loads(edge.on("cilium-r", "ip -j route show proto bgp"))
    hops = [hop.get("gateway") for route in routes for hop in route.get("nexthops") or [route]]
    return hops.count(ADDRESS)


def seconds_until(condition: Callable[[], bool], limit: float) -> float:
    """Seconds until the condition holds. A poll takes about a third of a second."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > limit:
            raise SystemExit(f"not within {limit:.0f} s")
    return time.monotonic() - began


def port(edge: Edge) -> str:
    """The bridge port of the node's eth1, in the fabric."""
    address = edge.on(NODE, "cat /sys/class/net/eth1/address").strip()
    host, number = (int(part, 16) for part in address.split(":")[-2:])
    return f"h{host}n{number}"


def fabric(edge: Edge, command: list[str]) -> None:
    """Run a command in the namespace of the bridges."""
    import subprocess

    pid = (edge.home / "lab/dev/hosts/fabric/pid").read_text().split()[0]
    subprocess.run(["nsenter", "--target", pid, "--net", *command], check=True)


def main() -> None:
    """Print a line for each profile, with the ratio to the first profile (`standard`, as in the write-up)."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    profiles = sys.argv[2:] or PROFILES
    with tempfile.TemporaryDirectory() as directory:
        edge = Edge(Path(directory) / "project")
        stack = edge.original["config"]["cilium-edge:stack"]
        del stack["bgp"]["peerConfigs"][0]["connectRetry"]
        try:
            base: tuple[float, float] | None = None
            for profile in profiles:

                def choose(stack: Any, profile: str = profile) -> None:
                    stack["bgp"]["peerConfigs"][0]["profile"] = profile
                    # FRR drops the routes of a peer without graceful restart, even if the router has it.
                    stack["routers"][0]["bgp"]["gracefulRestart"] = profile != "fast-failover"

                edge.change(choose)
                edge.run("up", timeout=400)
                edge.verify(deadline=240)
                lost, back = [], []
                whole = routes_through_node(edge)
                for _ in range(runs):
                    fabric(edge, ["ip", "link", "set", port(edge), "nomaster"])
                    lost.append(seconds_until(lambda: routes_through_node(edge) == 0, 300))
                    fabric(edge, ["ip", "link", "set", port(edge), "master", "br-net1"])
                    back.append(seconds_until(lambda n=whole: routes_through_node(edge) == n, 400))  # type: ignore[misc]
                median = statistics.median(lost), statistics.median(back)
                base = base or median
                print(
                    f"{profile}: lost {median[0]:.1f} s ({median[0] / base[0]:.2f}x), "
                    f"back {median[1]:.1f} s ({median[1] / base[1]:.2f}x)",
                    flush=True,
                )
        finally:
            edge.run("down", ok=False)


if __name__ == "__main__":
    main()
