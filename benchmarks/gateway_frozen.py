"""A frozen gateway: the black-out of a pod with the HA policy, and of a pod with a plain policy.

One drill measures both at the same time, on the same gateway. The plain policy is the write-up's configuration for
open-source Cilium: its pods wait until the gateway is back.

    .venv/bin/python -m benchmarks.gateway_frozen [RUNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import yaml

from cli.context import use_tools
from config.load import parse
from config.stack import StackConfig
from drills.drill import Stream
from drills.egress import DRILLS
from drills.run import find, hold_all
from lab.testbed import LabTestbed
from tests.e2e.harness import PROJECT, Edge

PLAIN, HA = "172.18.0.7", "172.18.0.8"
POD = "pod/netperf-pod"


def streams(stack: StackConfig) -> tuple[Stream, ...]:
    """Streams from the same pod to an outpost behind each kind of policy. The plain policy's losses are not judged."""
    return Stream("HA policy", POD, HA, 8000, 1.5, after=5), Stream("plain policy", POD, PLAIN, 8000, 60, after=500)


def main() -> None:
    """Start the egress stack, and measure in a process with access to its hosts."""
    runs = sys.argv[1] if len(sys.argv) > 1 else "5"
    with tempfile.TemporaryDirectory() as directory:
        edge = Edge(Path(directory) / "project", "egress")
        try:
            edge.run("up", "--verify", "--deadline=120")
            words = [sys.executable, "-m", "benchmarks.gateway_frozen", "--worker", runs]
            subprocess.run(words, env=edge.env, check=True)
        finally:
            edge.run("down", ok=False)


def worker(runs: int) -> None:
    """Hold the drill, and print both medians and their ratio."""
    use_tools()
    drill = replace(find(DRILLS, "gateway-frozen"), streams=streams, back=None)
    document = yaml.safe_load((PROJECT / "Pulumi.egress.yaml").read_text())
    stack = parse(document["config"]["cilium-edge:stack"], "egress")
    outcomes = hold_all([drill] * runs, LabTestbed("egress", stack), lambda text: print(text, file=sys.stderr))
    # Requests that are lost on the gateway's return do not belong to a black-out that ended seconds before.
    rows = [[timeline.lost * timeline.spacing for _, timeline in outcome.timelines] for outcome in outcomes]
    ours, plain = (statistics.median(column) for column in zip(*rows, strict=True))
    print(
        f"gateway frozen for {drill.during:g} s, medians of {runs}: HA policy {ours:.2f} s without an answer,"
        f" plain policy {plain:.2f} s: {ours / plain:.2f}x"
    )
    print("each: " + ", ".join(f"{one:.2f}/{two:.2f}" for one, two in rows))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(int(sys.argv[2]))
    else:
        main()
