"""`edge doctor` on this machine, as it is and as it would be with nothing built."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


def doctor(cache: Path, *words: str, path: str = os.environ["PATH"]) -> tuple[int, dict[str, Any]]:
    """The exit status, and each finding by what is needed."""
    command = [sys.executable, "-m", "cli", "doctor", "--json", *words]
    env = {**os.environ, "EDGE_CACHE": str(cache), "PATH": path}
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, {each["what"]: each for each in json.loads(done.stdout)}


def test_nothing_built_is_named_with_its_size_and_time(tmp_path: Path) -> None:
    _, findings = doctor(tmp_path)
    assert "disk: 20 GB for the builds" in findings
    built = findings["binaries built"]
    assert not built["good"] and not built["blocking"] and "min on two cores" in built["fix"]
    assert not any("images" in what for what in findings)
    assert list(tmp_path.iterdir()) == []


def test_builds_without_go_are_refused(tmp_path: Path) -> None:
    status, findings = doctor(tmp_path, path="/usr/sbin:/usr/bin:/sbin:/bin")
    go = findings["Go 1.25 or newer"]
    assert (status, go["good"], go["found"]) == (1, False, "none")


def test_a_machine_without_apt_is_said_to_have_none(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    status, findings = doctor(tmp_path / "cache", path=str(tmp_path / "bin"))
    debian = findings["Debian packages"]
    assert (status, debian["good"], debian["found"]) == (1, False, "no apt-get")


def test_containers_need_images_and_more_to_be_built(tmp_path: Path) -> None:
    _, plain = doctor(tmp_path)
    _, findings = doctor(tmp_path, "--docker")
    images = findings["images of nodes and routers: 4 GB"]
    assert not images["good"] and "not up" in images["found"] and "edge setup --docker" in images["fix"]

    def missing(found: dict[str, Any]) -> int:
        return int(found["binaries built"]["found"].split()[0])

    assert missing(findings) > missing(plain)
    assert list(tmp_path.iterdir()) == []
