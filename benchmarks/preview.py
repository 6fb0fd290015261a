"""`edge plan` of the shipped stack, and of generated stacks of growing size, with ratios to the smallest stack.

If `pulumi` is on PATH, its own preview of the shipped stack is the baseline of the first line.

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

# A single run of the shipped stack is too short for a reliable time.
TIMES = 9
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


def stack_of_the_cli(directory: Path) -> dict[str, str] | None:
    """Make the shipped stack a project of `pulumi` with a separate backend; returns the environment. None: no CLI."""
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
    pulumi(["stack", "init", "dev"], directory, env)
    return env


def pulumi(words: list[str], directory: Path, env: dict[str, str]) -> float:
    """Wall seconds of one command of the Pulumi CLI."""
    began = time.monotonic()
    subprocess.run(
        ["pulumi", *words], cwd=directory, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    return time.monotonic() - began


def shipped(directory: Path, home: Path) -> str:
    """The line of the shipped stack. Both engines run in turns, so that other load on the machine affects both."""
    env = stack_of_the_cli(directory)
    ours, memory, theirs = [], [], []
    for _ in range(TIMES):
        seconds, mebibytes = measure(PROJECT, home)
        ours.append(seconds)
        memory.append(mebibytes)
        if env is not None:
            theirs.append(pulumi(["preview", "--stack", "dev", "--non-interactive"], directory, env))
    ratio = f", {median(ours) / median(theirs):.2f}x of pulumi preview ({median(theirs):.2f} s)" if theirs else ""
    return f"dev stack: {median(ours):.2f} s, {median(memory):.0f} MiB{ratio}"


def main() -> None:
    """Print a line for each size."""
    with tempfile.TemporaryDirectory() as text:
        home = Path(text) / "home"
        print(shipped(Path(text) / "pulumi", home))
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
