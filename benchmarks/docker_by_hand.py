"""From nothing to a proven edge of containers: `edge up -s docker`, compared with a shell script that does the same.

The script (docker_by_hand.sh) makes the same networks and containers, runs kubeadm, installs the chart with helm and
applies the same manifests. Both run on the lab's Docker engine, and end when every pod is Ready. `edge verify` proves
the result of `edge up`. The router's sessions prove the result of the script.

    .venv/bin/python -m benchmarks.docker_by_hand [RUNS]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cli.context import use_tools
from components.docker.kubeadm import init_configuration
from config.load import parse
from effective.containers import control_plane
from lab.docker.engine import OURS
from tests.docker.conftest import Containers, client, prepared, remove
from tests.e2e.harness import quiet

HERE = Path(__file__).parent
TOKEN = "abcdef.0123456789abcdef"


def by_hand(edge: Containers, files: Path) -> float:
    """Seconds of the script."""
    stack = parse(edge.original["config"]["cilium-edge:stack"], "docker")
    edge.run("render", str(files))
    kubeadm = files / "kubeadm.json"
    kubeadm.write_text(init_configuration(stack, control_plane(stack), TOKEN))
    chart = next((edge.home / "charts").glob("cilium-*"))
    began = time.monotonic()
    subprocess.run(["bash", HERE / "docker_by_hand.sh", files, kubeadm, chart], check=True)
    seconds = time.monotonic() - began
    shown = client().containers.get("hand-cilium-r").exec_run(["vtysh", "-c", "show bgp summary json"]).output
    states = [peer["state"] for peer in json.loads(shown)["ipv4Unicast"]["peers"].values()]
    assert states == ["Established"] * 4, states
    return seconds


def by_edge(edge: Containers) -> float:
    """Seconds of `edge up`."""
    began = time.monotonic()
    edge.run("up", timeout=500)
    seconds = time.monotonic() - began
    assert edge.verify()["green"]
    return seconds


def main() -> None:
    """Take turns; print medians and the ratio."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    seen: dict[str, list[float]] = {"by hand": [], "edge up": []}
    use_tools()
    for number in range(runs):
        with tempfile.TemporaryDirectory() as directory:
            edge = Containers(Path(directory) / "project", "docker")
            prepared(edge)
            os.environ["DOCKER_HOST"] = OURS.host
            OURS.enter()
            try:
                quiet()
                seen["by hand"].append(by_hand(edge, Path(directory) / f"files-{number}"))
            finally:
                remove("hand-")
            try:
                quiet()
                seen["edge up"].append(by_edge(edge))
            finally:
                edge.run("destroy", "--yes", ok=False)
    hand, ours = (statistics.median(seen[name]) for name in seen)
    print(f"every pod Ready: by hand {hand:.1f} s, edge up {ours:.1f} s, {ours / hand:.2f}x ({runs} runs)")


if __name__ == "__main__":
    main()
