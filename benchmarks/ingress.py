"""The ingress stack compared with dev: seconds until proven, memory, and 1,000 requests per second through one Envoy.

Both labs run in the same call, each alone on the machine. The requests go from a host outside the cluster to the
dedicated Ingress. Their baseline is the same load from a node to one of its pods, without Envoy. The last figures are
the API server's costs of short lease times, compared with the chart's times: Lease writes per second, and CPU.

    .venv/bin/python -m benchmarks.ingress
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.memory import available, files, processes
from drills.ingress_faults import TUNED
from tests.e2e.harness import Edge
from tests.e2e.ingress.helpers import DEDICATED

Edit = Callable[[Any], None]
RATE, SECONDS, CONNECTIONS, QUIET = 1000, 20, 40, 30
# Each connection sends its share at fixed times. A request without a complete answer in two seconds has failed.
_LOAD = """
import asyncio, json, sys, time
host, rate, seconds, count = sys.argv[1], *map(int, sys.argv[2:])
took, failed = [], 0

async def ask(streams):
    reader, writer = streams
    writer.write(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    length = next(int(l.split(b":")[1]) for l in head.split(b"\\r\\n") if l.lower().startswith(b"content-length:"))
    await reader.readexactly(length)
    return head.split(b" ")[1] == b"200"

async def connection(number):
    global failed
    streams, began = await asyncio.open_connection(host, 80), time.monotonic() + number / rate
    for turn in range(rate * seconds // count):
        await asyncio.sleep(began + turn * count / rate - time.monotonic())
        at = time.monotonic()
        try:
            failed += not await asyncio.wait_for(ask(streams), 2)
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            failed += 1
            streams = await asyncio.open_connection(host, 80)
        took.append(time.monotonic() - at)

async def main():
    began = time.monotonic()
    await asyncio.gather(*map(connection, range(count)))
    took.sort()
    print(json.dumps({"asked": len(took), "failed": failed, "seconds": time.monotonic() - began,
                      "median": took[len(took) // 2], "p99": took[len(took) * 99 // 100]}))

asyncio.run(main())
"""


@contextmanager
def proven(stack: str, directory: Path, edit: Edit = lambda stack: None) -> Iterator[tuple[Edge, float, int]]:
    """A lab after `up --verify`, the seconds that this took, and the available MiB before."""
    edge = Edge(directory / stack, stack)
    edge.change(edit)
    before = available()
    try:
        began = time.monotonic()
        edge.run("up", "--verify", "--deadline=120")
        yield edge, time.monotonic() - began, before
    finally:
        edge.run("down", ok=False)


def load(edge: Edge, host: str, address: str) -> Any:
    """Run the load from a host."""
    command = f"python3 - {address} {RATE} {SECONDS} {CONNECTIONS}"
    return json.loads(edge.on(host, command, stdin=_LOAD))


def shown(name: str, found: Any) -> str:
    """A line with the figures of a load."""
    rate, median, slow = found["asked"] / found["seconds"], found["median"] * 1000, found["p99"] * 1000
    return (
        f"{name}: {rate:.0f} requests/s for {found['seconds']:.0f} s, {found['failed']} failed,"
        f" median {median:.1f} ms, p99 {slow:.1f} ms"
    )


def bridges(edge: Edge, node: str) -> list[int]:
    """MiB of a node's bridge, and of its Envoy."""
    lines = edge.on(node, "ps -eo rss=,args=").splitlines()
    return [
        max(int(line.split()[0]) for line in lines if f"/{name} " in line) // 1024
        for name in ("cilium-envoy-starter", "cilium-envoy")
    ]


def renewals(edge: Edge) -> tuple[float, float]:
    """Lease writes per second, and the API server's CPU usage in per cent of a core, over some time."""

    def read() -> tuple[int, float]:
        text = edge.kubectl("get", "--raw", "/metrics")
        writes = re.findall(r'(?m)^apiserver_request_total{.*resource="leases".*verb="PUT".*} ([0-9.e+]+)$', text)
        cpu = re.search(r"(?m)^process_cpu_seconds_total ([0-9.e+]+)$", text)
        assert cpu is not None
        return sum(int(float(number)) for number in writes), float(cpu[1])

    began, (writes, cpu) = time.monotonic(), read()
    time.sleep(QUIET)
    seconds, (more, used) = time.monotonic() - began, read()
    return (more - writes) / seconds, 100 * (used - cpu) / seconds


def tuned(stack: Any) -> None:
    """Set the lease times of the drill."""
    stack["cilium"]["values"]["l2announcements"] = dict(TUNED)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as directory:
        with proven("dev", Path(directory)) as (_, dev, _):
            pass
        with proven("ingress", Path(directory)) as (edge, ingress, before):
            print(f"up --verify: dev {dev:.1f} s, ingress {ingress:.1f} s: {ingress / dev:.2f}x")
            hosts = [host["name"] for host in edge.json("lab", "status") if host["role"] != "management"]
            own, written, gone = processes(), files(edge, hosts), before - available()
            print(f"{len(hosts)} hosts: {own} MiB of processes, {written} MiB of files; the machine misses {gone} MiB")
            pod = edge.kubectl("get", "pods", "-l", "app=webpod", "-o", "jsonpath={.items[0].status.podIP}")
            direct, through = load(edge, "cilium-ctr", pod), load(edge, "client", DEDICATED)
            print(shown("to a pod", direct))
            print(f"{shown('through Envoy', through)}; {through['median'] / direct['median']:.1f}x of the median")
            for node in ("cilium-w1", "cilium-w2"):
                bridge, envoy = bridges(edge, node)
                print(f"{node}: bridge {bridge} MiB, Envoy {envoy} MiB")
            usual = renewals(edge)
        with proven("ingress", Path(directory) / "tuned", tuned) as (edge, _, _):
            short = renewals(edge)
        for name, (writes, cpu) in (("the chart's times", usual), ("short times", short)):
            print(
                f"2 addresses, {name}: {writes:.1f} writes of Leases/s, API server {cpu:.1f} % of a core,"
                f" {writes / usual[0]:.1f}x and {cpu / usual[1]:.2f}x"
            )


if __name__ == "__main__":
    main()
