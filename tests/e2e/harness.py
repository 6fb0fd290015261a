"""Drives the real `edge` as a user does, on a lab and a state of the tests' own."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from config.errors import LabError
from config.stack import MANAGEMENT
from lab.host import Host, stamp
from lab.inventory import OWNER
from lab.toolchain.build import bin_dirs

PROJECT = Path(__file__).resolve().parents[2]
STACK = "dev"
_OWN = ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


class Edge:
    """The command line on a copy of the project's stack files."""

    def __init__(self, directory: Path, stack: str = STACK) -> None:
        self.dir = directory
        self.stack = stack
        self.home = directory / ".edge"
        directory.mkdir(parents=True, exist_ok=True)
        for name in ("Pulumi.yaml", "__main__.py"):
            shutil.copy(PROJECT / name, directory / name)
        (directory / ".venv").symlink_to(PROJECT / ".venv")
        self.original = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text())
        declared = self.original["config"]["cilium-edge:stack"]
        if "egressPolicies" in declared:
            # Ten attempts at a gateway that is frozen on purpose are three minutes.
            declared["cluster"]["ssh"] = {"dialErrorLimit": 3}
        if "bgp" in declared:
            # The write-up's connect retry makes every test that resets a session a minute longer.
            declared["bgp"]["peerConfigs"][0]["connectRetry"] = 1
        self.reset()
        # The caller's backend and passphrase would win over the lab's.
        self.env = {
            **{key: value for key, value in os.environ.items() if key not in _OWN},
            "EDGE_HOME": str(self.home),
            "EDGE_CACHE": os.environ.get("EDGE_CACHE", str(PROJECT / ".edge" / "cache")),
            "PYTHONPATH": str(PROJECT),
            "NO_COLOR": "1",
            # A run that is killed leaves its labs behind: `edge lab prune` knows them by this.
            OWNER: stamp(os.getpid()),
            # A pulumi on PATH must not change what these tests are about.
            "EDGE_ENGINE": "builtin",
        }

    def by(self, engine: str) -> Edge:
        """The same project and lab with another engine."""
        other = copy.copy(self)
        other.env = {**self.env, "EDGE_ENGINE": engine}
        return other

    def reset(self) -> None:
        """The stack file as it is shipped."""
        self.write(self.original)

    def write(self, document: Any) -> None:
        (self.dir / f"Pulumi.{self.stack}.yaml").write_text(yaml.safe_dump(document, sort_keys=False))

    def change(self, edit: Callable[[Any], object]) -> None:
        """Edit the shipped stack object; `edit` gets a copy of it."""
        document = copy.deepcopy(self.original)
        edit(document["config"]["cilium-edge:stack"])
        self.write(document)

    def argv(self, *words: str) -> list[str]:
        # Before `--`: what comes after it is another command's.
        chosen = ["-s", self.stack] if self.stack != STACK else []
        place = words.index("--") if "--" in words else len(words)
        return [sys.executable, "-m", "cli", "--cwd", str(self.dir), *words[:place], *chosen, *words[place:]]

    def run(
        self, *words: str, ok: bool = True, timeout: float = 420, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.argv(*words), env=self.env, input=stdin, capture_output=True, text=True, timeout=timeout, check=False
        )
        if ok:
            assert done.returncode == 0, f"edge {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        # Whatever went wrong, nobody is shown a traceback.
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return done

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.argv(*words),
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def json(self, *words: str, ok: bool = True, timeout: float = 420) -> Any:
        return json.loads(self.run(*words, "--json", ok=ok, timeout=timeout).stdout)

    def verify(self, deadline: float = 150, ok: bool = True) -> Any:
        return self.json("verify", f"--deadline={deadline}", ok=ok)

    def drill(self, *names: str, timeout: float = 420) -> Any:
        """The outcomes of drills, on a machine that is quiet before the first."""
        quiet()
        return self.json("drill", *names, timeout=timeout)

    def look(self) -> Any:
        """What one round of verify says, green or not."""
        return self.json("verify", "--once", ok=False)

    def start_load(self) -> subprocess.Popen[bytes]:
        """A process that takes all of one core until it is killed."""
        return subprocess.Popen([sys.executable, "-c", "while True: pass"])

    def inside(
        self, host: str, *command: str, ok: bool = True, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """What `edge lab exec` does, without the second that each start of `edge` takes."""
        outside = host == MANAGEMENT
        lab, env = self.home / "lab" / self.stack, dict(self.env)
        if outside:
            env["PATH"] = os.pathsep.join([*map(str, bin_dirs()), env["PATH"]])
            env["KUBECONFIG"] = str(lab / "kubeconfig")
        try:
            argv = Host(self.stack, host, lab).command(command, net_only=outside)
        except LabError as error:
            assert not ok, error
            return subprocess.CompletedProcess(command, 1, "", str(error))
        done = subprocess.run(
            argv,
            env=env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=420,
            check=False,
        )
        assert done.returncode == 0 or not ok, f"{host}: {command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def on(self, host: str, command: str, ok: bool = True, stdin: str | None = None) -> str:
        """A shell command on a lab host, past SSH."""
        return self.inside(host, "/bin/sh", "-c", command, ok=ok, stdin=stdin).stdout

    def kubectl(self, *words: str, ok: bool = True, stdin: str | None = None) -> str:
        return self.inside(MANAGEMENT, "kubectl", *words, ok=ok, stdin=stdin).stdout

    def fault(self, act: str, host: str) -> None:
        """One of lab.fault, in a process with this lab's places: `freeze` or `thaw`."""
        script = f"from lab import fault; fault.{act}({self.stack!r}, {host!r})"
        subprocess.run([sys.executable, "-c", script], env=self.env, check=True)

    def cilium_versions(self) -> set[str]:
        """What the agents say that they are."""
        agents = self.kubectl("-n", "kube-system", "get", "pods", "-l", "k8s-app=cilium", "-o", "name").split()
        said = [
            self.kubectl("-n", "kube-system", "exec", a, "-c", "cilium-agent", "--", "cilium-dbg", "version")
            for a in agents
        ]
        return {line.split()[1] for text in said for line in text.splitlines() if line.startswith("Daemon:")}

    def sessions(self) -> dict[str, Any]:
        """Neighbor -> FRR's view of it."""
        return dict(json.loads(self.on("cilium-r", "vtysh -c 'show bgp neighbors json'")))

    def state(self) -> Any:
        return json.loads((self.home / "state" / f"{self.stack}.json").read_text())

    def tree(self) -> str:
        """Everything that was written anywhere below the tests' home, for canaries."""
        texts = []
        for path in self.dir.rglob("*"):
            if path.is_file() and not path.is_symlink() and ".venv" not in path.parts:
                texts.append(path.read_bytes().decode(errors="replace"))
        return "\n".join(texts)


@contextmanager
def deployed(
    directory: Path, stack: str = STACK, base: Callable[[Any], object] = lambda _: None, timeout: float = 500
) -> Iterator[Edge]:
    """A lab with a stack on it, from nothing to nothing. `base` changes what the tests take for the shipped stack."""
    edge = Edge(directory, stack)
    base(edge.original["config"]["cilium-edge:stack"])
    edge.reset()
    try:
        edge.run("up", timeout=timeout)
        yield edge
    finally:
        edge.reset()
        edge.run("down", ok=False)


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9 of edge and of what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.2)


def quiet(seconds: float = 300) -> None:
    """Wait until the machine is idle for more than half of three seconds: what was deployed a moment ago takes both
    cores, and a measurement beside it would be one of the machine."""
    until(lambda: _idle(3) > 0.5, seconds, "the machine is quiet")


def _idle(seconds: float) -> float:
    """The part of all cores' time that nothing needs."""

    def times() -> list[int]:
        return [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]

    before = times()
    time.sleep(seconds)
    spent = [now - was for now, was in zip(times(), before, strict=True)]
    return spent[3] / sum(spent)
