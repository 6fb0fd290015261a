"""Memory of a running lab: the shipped dev stack, and the same stack with eight nodes (nine hosts).

The benchmark counts the processes of all labs on the machine, with shared pages in proportion, and the files of the
lab's hosts (their file systems are in memory). The baseline is the decrease of the machine's available memory.

    .venv/bin/python -m benchmarks.memory
"""

from __future__ import annotations

import contextlib
import functools
import re
import tempfile
from pathlib import Path
from typing import Any

from lab.host import cgroup_root
from tests.e2e.harness import Edge

NODES = (4, 8)


def available() -> int:
    """Available memory of the machine in MiB."""
    found = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    assert found is not None
    return int(found.group(1)) // 1024


def processes() -> int:
    """MiB of all processes in the cgroups of labs."""
    total = 0
    pids = {pid for path in cgroup_root().glob("cilium-edge-*/**/cgroup.procs") for pid in path.read_text().split()}
    for pid in pids:
        with contextlib.suppress(OSError, AttributeError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE).group(1))  # type: ignore[union-attr]
    return total // 1024


def files(edge: Edge, hosts: list[str]) -> int:
    """MiB of files that the hosts have written."""
    used = [edge.on(host, "df --output=used -k / /run /tmp /root | tail -n +2") for host in hosts]
    return sum(int(number) for text in used for number in text.split()) // 1024


def with_nodes(stack: Any, count: int) -> None:
    """Add workers in the first subnet, up to `count` nodes."""
    routes = stack["nodes"][1]["routes"]
    for n in range(len(stack["nodes"]), count):
        address = f"192.168.10.{100 + n}"
        stack["nodes"].append(
            {
                "name": f"cilium-w{n}",
                "podCIDR": f"172.20.{n}.0/24",
                "routes": routes,
                "interfaces": [{"name": "eth1", "address": f"{address}/24"}],
            }
        )
        stack["routers"][0]["bgp"]["neighbors"].append({"address": address, "peerGroup": "CILIUM"})


def main() -> None:
    """Print a line for each size."""
    for count in NODES:
        before = available()
        with tempfile.TemporaryDirectory() as directory:
            edge = Edge(Path(directory) / "project")
            edge.change(functools.partial(with_nodes, count=count))
            try:
                edge.run("up", "--verify", "--deadline=120")
                stack = edge.json("lab", "status")
                hosts = [host["name"] for host in stack if host["role"] != "management"]
                own, written, gone = processes(), files(edge, hosts), before - available()
                print(
                    f"{len(hosts)} hosts: {own} MiB of processes, {written} MiB of files,"
                    f" {(own + written) / len(hosts):.0f} MiB a host; {(own + written) / gone:.2f}x of the {gone} MiB"
                    " that the machine misses"
                )
            finally:
                edge.run("down", ok=False)


if __name__ == "__main__":
    main()
