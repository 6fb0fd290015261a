"""The commands in docs/ci do what they are there for, on a clone, without a secret."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
CI = PROJECT / "docs" / "ci"
# What needs no cluster is run; of the rest the command line alone is checked.
OFFLINE = ("check", "plan")


def commands(document: Any) -> Iterator[str]:
    """Every shell line that calls `edge`."""
    if isinstance(document, dict):
        for value in document.values():
            yield from commands(value)
    elif isinstance(document, list):
        for value in document:
            yield from commands(value)
    elif isinstance(document, str) and "./edge " in document:
        yield document


def verb(line: str) -> str:
    """Which command of `edge` a line runs."""
    return line.partition("./edge ")[2].split()[0]


def recipes() -> list[tuple[str, str]]:
    files = [*sorted((CI / "github").glob("*.yml")), CI / "gitlab-ci.yml"]
    return [(file.name, line) for file in files for line in commands(yaml.safe_load(file.read_text()))]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the main branch, and a revision that is proposed: its stack `bgp` differs."""
    place = tmp_path_factory.mktemp("ci") / "clone"
    # The files of the working tree, not of the last commit: that is what is being tested.
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    place.mkdir()
    tar = subprocess.run(
        ["tar", "-c", "--ignore-failed-read", *filter(None, names)], cwd=PROJECT, check=True, capture_output=True
    )
    subprocess.run(["tar", "-x"], cwd=place, input=tar.stdout, check=True)
    (place / ".venv").symlink_to(PROJECT / ".venv")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "base"]):
        subprocess.run([*git, *words], cwd=place, check=True)
    file = place / "Pulumi.bgp.yaml"
    propose(place, file.read_text().replace("maximumPaths: 4", "maximumPaths: 8"))
    return place


def propose(clone: Path, text: str) -> None:
    """Another text of the stack file, as a pull request has it."""
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run([*git, "checkout", "-q", "-B", "proposed", "main"], cwd=clone, check=True)
    (clone / "Pulumi.bgp.yaml").write_text(text)
    for words in (
        ["commit", "-qam", "proposed"],
        ["update-ref", "refs/remotes/origin/proposed", "HEAD"],
        ["checkout", "-q", "main"],
    ):
        subprocess.run([*git, *words], cwd=clone, check=True)


def run(clone: Path, line: str, summary: Path) -> subprocess.CompletedProcess[str]:
    head = subprocess.run(["git", "rev-parse", "proposed"], cwd=clone, check=True, capture_output=True, text=True)
    subprocess.run(["git", "checkout", "-q", "--", "Pulumi.bgp.yaml"], cwd=clone, check=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "EDGE_"))}
    env = {
        **kept,
        "EDGE_HOME": str(summary.parent / "home"),
        "GITHUB_STEP_SUMMARY": str(summary),
        "CI_COMMIT_SHA": head.stdout.strip(),
        "STACK": "bgp",
    }
    # The line runs as the recipe's shell runs it.
    return subprocess.run(["sh", "-c", line], cwd=clone, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("file", "line"), [r for r in recipes() if verb(r[1]) in OFFLINE and "--expect-no-changes" not in r[1]]
)
def test_an_offline_command_runs_without_a_secret(clone: Path, tmp_path: Path, file: str, line: str) -> None:
    done = run(clone, line, tmp_path / "summary.md")
    assert done.returncode == 0, f"{file}: {line}\n{done.stdout}{done.stderr}"
    if "markdown" in line:
        text = "".join(p.read_text() for p in (tmp_path / "summary.md", clone / "plan.md") if p.exists())
        assert "maximumPaths: 4 -\\> 8" in text
    if "sarif" in line:
        assert json.loads((clone / "findings.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize(("file", "line"), [r for r in recipes() if verb(r[1]) not in OFFLINE])
def test_a_command_for_the_cluster_has_options_that_exist(clone: Path, tmp_path: Path, file: str, line: str) -> None:
    done = run(clone, line, tmp_path / "summary.md")
    # Without the stack's secrets it ends with one line that names them, and not with a usage error.
    assert done.returncode != 0
    assert "Usage:" not in done.stderr and "Traceback" not in done.stderr
    assert "error: " in done.stderr, done.stderr


def test_a_mistake_stops_the_pull_request_beside_its_line(clone: Path, tmp_path: Path) -> None:
    file = clone / "Pulumi.bgp.yaml"
    before = file.read_text()
    right = "asn: 65000\n                  address"
    propose(clone, before.replace(right, right.replace("65000", "65010")))
    try:
        line = next(line for _, line in recipes() if "--format github" in line)
        done = run(clone, line, tmp_path / "summary.md")
        assert done.returncode == 2
        number = next(i for i, text in enumerate(file.read_text().splitlines(), 1) if "asn: 65010" in text)
        assert f"::error file=Pulumi.bgp.yaml,line={number},title=B1::" in done.stdout
    finally:
        propose(clone, before.replace("maximumPaths: 4", "maximumPaths: 8"))


# --- least rights ---


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted((CI / "github").glob("*.yml")):
        for job in yaml.safe_load(file.read_text())["jobs"].values():
            yield file.name, job


def test_actions_are_pinned_by_commit_and_leave_no_token_behind() -> None:
    for name, job in jobs():
        for step in job["steps"]:
            uses = step.get("uses")
            assert uses is None or re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", uses), (name, uses)
            if uses and uses.startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


def test_what_a_branch_can_name_is_in_no_script_and_a_secret_in_one_step() -> None:
    for name, job in jobs():
        assert "secrets." not in str(job.get("env", {})), name
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), (name, step["name"])
            reaches = re.search(r"pulumi |\./edge (up|verify|refresh|plan -s \S+ --expect)", step.get("run", ""))
            assert ("secrets." in str(step.get("env", {}))) is bool(reaches), (name, step.get("name"))


def test_a_pull_request_gets_neither_a_secret_nor_the_runner_that_applies() -> None:
    found = dict(jobs())
    assert "secrets." not in str(found["plan.yml"]) and found["plan.yml"]["runs-on"] == "ubuntu-latest"
    preview, up = found["preview.yml"], found["up.yml"]
    assert not set(preview["runs-on"]) & set(up["runs-on"]) - {"self-hosted"} and preview["environment"] == "preview"
    gitlab = yaml.safe_load((CI / "gitlab-ci.yml").read_text())
    assert not set(gitlab["preview"]["tags"]) & set(gitlab["up"]["tags"])


def test_there_is_something_to_test() -> None:
    assert len(recipes()) >= 10
