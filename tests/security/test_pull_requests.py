"""A revision that nobody vouches for: what its program sees, reaches and writes while `plan --base` runs it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli import sandbox
from cli.snapshot import Snapshot, take
from tests.cli.conftest import Project, _checkout, project  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
SECRETS = {
    "GITHUB_TOKEN": "ghs_x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "SSH_AUTH_SOCK": "/x",
    "KUBECONFIG": "/x",
    "PULUMI_CONFIG_PASSPHRASE": "x",
    "EDGE_CACHE": "/x",
    "MY_OWN_PASSWORD": "x",
}
# Prints a snapshot whose only file is what the program found out.
HOSTILE = """
import json, os, pathlib, socket, sys

def tried(act):
    try:
        return str(act())
    except Exception as error:
        return f"no: {type(error).__name__}"

place = pathlib.Path(os.environ["PYTHONPATH"])
port = int((place / "cli" / "port").read_text())
paths = json.loads((place / "cli" / "paths").read_text())
seen = {
    "environment": sorted(os.environ), "home": os.environ["HOME"],
    "network": tried(lambda: socket.create_connection(("127.0.0.1", port), 2)),
    "uid": os.getuid(), "groups": os.getgroups(),
    "read": {path: tried(lambda: pathlib.Path(path).read_text()) for path in paths["read"]},
    "write": {path: tried(lambda: pathlib.Path(path).write_text("x")) for path in paths["write"]},
    "processes": tried(lambda: len([p for p in os.listdir("/proc") if p.isdigit()])),
    "own": tried(lambda: pathlib.Path(os.environ["HOME"], "x").write_text("x")),
}
document = json.loads((place / "document.json").read_text())
print(json.dumps({"document": document, "artefacts": {"seen": json.dumps(seen)}, "resources": {}}))
"""


@pytest.fixture
def server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield int(one.getsockname()[1])


def hostile(place: Path, port: int, read: list[Path], write: list[Path]) -> Path:
    """A checkout whose program looks around."""
    (place / "cli").mkdir(parents=True)
    (place / "cli" / "__init__.py").touch()
    (place / "cli" / "__main__.py").write_text(HOSTILE)
    (place / "cli" / "port").write_text(str(port))
    (place / "cli" / "paths").write_text(json.dumps({"read": list(map(str, read)), "write": list(map(str, write))}))
    document = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text())
    (place / "Pulumi.dev.yaml").write_text(yaml.safe_dump(document))
    (place / "document.json").write_text(json.dumps(document["config"]["cilium-edge:stack"]))
    return place


def seen(place: Path) -> dict[str, Any]:
    found = take("dev", place)
    assert isinstance(found, Snapshot), found
    return dict(json.loads(found.artefacts["seen"]))


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("secrets")
def test_the_environment_is_an_allow_list_everywhere(
    tmp_path: Path, server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = hostile(tmp_path / "base", server, [], [])
    for box in (sandbox.best(), sandbox.Sandbox("bare")):
        monkeypatch.setattr(sandbox, "best", lambda box=box: box)
        found = seen(place)
        assert not set(found["environment"]) & set(SECRETS) and found["home"] != os.environ["HOME"]
        assert found["own"] == "1"


@pytest.mark.skipif(not sandbox.best().files, reason="no bubblewrap that works here (apt install bubblewrap)")
@pytest.mark.usefixtures("secrets")
def test_with_bubblewrap_it_has_no_network_no_other_files_and_no_rights(tmp_path: Path, server: int) -> None:
    secret, trusted = tmp_path / "id_ed25519", tmp_path / "trusted"
    secret.write_text("key")
    trusted.write_text("mine")
    read = [secret, Path("/etc/shadow"), Path("/etc/passwd"), Path("/root/.bashrc"), PROJECT / "README.md"]
    write = [trusted, tmp_path / "new", PROJECT / "new", Path("/usr/new"), tmp_path / "base" / "new"]
    found = seen(hostile(tmp_path / "base", server, read, write))
    assert found["network"].startswith("no: ") and found["uid"] == 65534
    assert all(said.startswith("no: ") for said in (*found["read"].values(), *found["write"].values())), found
    assert trusted.read_text() == "mine" and not (PROJECT / "new").exists()
    assert int(found["processes"]) <= 3


def test_what_holds_is_said(project: Project) -> None:  # noqa: F811
    done = project.edge("plan", "--base", "HEAD")
    assert f"note: the programs of both revisions ran {sandbox.best().how}" in done.stderr.replace("\n", " ")


def test_a_program_that_prints_something_else_is_told_and_not_believed(tmp_path: Path, server: int) -> None:
    place = hostile(tmp_path / "base", server, [], [])
    for text in ("print('[' * 100000)", "print('{}')", 'print(\'{"document": {}, "artefacts": {"a": 1}}\')'):
        (place / "cli" / "__main__.py").write_text(text)
        assert take("dev", place) == "expected a snapshot on its standard output, got another text"


def test_head_is_another_revision_and_what_is_printed_comes_from_here(project: Project) -> None:  # noqa: F811
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"]

    def run(*words: str) -> None:
        subprocess.run([*git, *words], cwd=project.dir, check=True, capture_output=True)

    run("checkout", "-q", "-b", "fork")
    try:
        project.change(lambda stack: stack["bgp"]["peerConfigs"][0].update(profile="fast-failover"))
        # A program that would like to say something else of it.
        comparison = project.dir / "cli" / "comparison.py"
        comparison.write_text(comparison.read_text() + '\n\ndef markdown(item):\n    return "all is well"\n')
        run("commit", "-qam", "fork")
    finally:
        run("checkout", "-q", "main")
    try:
        done = project.edge("plan", "--base", "HEAD", "--head", "fork", "-f", "markdown")
        assert done.returncode == 0 and "the sessions that use this peer config reset" in done.stdout
        assert "all is well" not in done.stdout
        assert project.edge("plan", "--head", "fork").returncode != 0
        missing = project.edge("plan", "--base", "HEAD", "--head", "nonsense")
        assert missing.returncode == 1 and missing.stderr.startswith("error: --head nonsense: ")
    finally:
        run("branch", "-D", "fork")
