"""`edge plan`: the shipped stack, and generated ones of growing size. Ratios to the smallest one.

Where `pulumi` is on PATH, its own preview of the shipped stack is the baseline of the first line.

    .venv/bin/python -m benchmarks.preview
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.generated import PROJECT, project

# One run of the shipped stack is short, and says little.
TIMES = 5
SIZES = ((125, 20, 250), (250, 20, 500), (500, 20, 1000), (1000, 20, 2000))


def measure(directory: Path, home: Path) -> tuple[float, int]:
    """Wall seconds and peak memory (MiB) of one plan."""
    argv = [str(PROJECT / "edge"), "--cwd", str(directory), "plan", "--fresh", "--json"]
    env = {**os.environ, "PYTHONPATH": str(PROJECT), "EDGE_HOME": str(home), "EDGE_ENGINE": "builtin"}
    began = time.monotonic()
    process = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"edge plan failed in {directory}"
    return time.monotonic() - began, usage.ru_maxrss // 1024


def preview(directory: Path) -> float | None:
    """Median wall seconds of `pulumi preview` of the shipped stack; None without a CLI."""
    if shutil.which("pulumi") is None:
        return None
    directory.mkdir()
    for name in ("Pulumi.yaml", "__main__.py", "Pulumi.dev.yaml"):
        shutil.copy(PROJECT / name, directory / name)
    (directory / ".venv").symlink_to(PROJECT / ".venv")
    (directory / "backend").mkdir()
    env = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "PULUMI_CONFIG_PASSPHRASE": "of-the-benchmark",
        "PULUMI_BACKEND_URL": f"file://{directory}/backend",
    }
    env.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
    taken = []
    for words in (["stack", "init", "dev"], *[["preview", "--stack", "dev", "--non-interactive"]] * TIMES):
        began = time.monotonic()
        subprocess.run(
            ["pulumi", *words], cwd=directory, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
        )
        taken.append(time.monotonic() - began)
    return median(taken[1:])


def main() -> None:
    """Print a line for each size."""
    with tempfile.TemporaryDirectory() as text:
        home = Path(text) / "home"
        seconds, memory = map(median, zip(*(measure(PROJECT, home) for _ in range(TIMES)), strict=True))
        theirs = preview(Path(text) / "pulumi")
        ratio = f", {seconds / theirs:.2f}x of pulumi preview ({theirs:.2f} s)" if theirs else ""
        print(f"dev stack: {seconds:.2f} s, {memory} MiB{ratio}")
        base = 0.0
        for nodes, routers, services in SIZES:
            directory = project(Path(text) / str(nodes), nodes, routers, services)
            seconds, memory = measure(directory, home)
            base = base or seconds
            growth = nodes / SIZES[0][0]
            print(
                f"{nodes} nodes, {routers} routers, {services} Services: {seconds:.1f} s, {memory} MiB,"
                f" {seconds / base:.1f}x the time for {growth:.0f}x the size"
            )


if __name__ == "__main__":
    main()
