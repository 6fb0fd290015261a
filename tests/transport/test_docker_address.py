"""The engine that the API uses is that of the command `docker`: contexts are made, and resolved, by the command."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from config.errors import DockerError
from tests.engine.project import REPOSITORY
from transport.docker import hindrance
from transport.docker_address import DEFAULT, address, environment

needs_docker = pytest.mark.skipif(shutil.which("docker") is None, reason="no docker: edge setup --docker installs it")
FAR = "tcp://192.0.2.1:2375"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory without contexts, and an environment without an engine."""
    for name in [name for name in os.environ if name.startswith("DOCKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout.strip()


def by_docker() -> str:
    return docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")


def test_without_anything_it_is_the_default_socket() -> None:
    assert (address(), environment()) == (DEFAULT, {"DOCKER_HOST": DEFAULT})


@needs_docker
def test_the_current_context_is_used_and_given_on(monkeypatch: pytest.MonkeyPatch) -> None:
    docker("context", "create", "far", "--docker", f"host={FAR}")
    assert address() == by_docker() == DEFAULT
    docker("context", "use", "far")
    assert address() == by_docker() == FAR and environment() == {"DOCKER_HOST": FAR}
    monkeypatch.setenv("DOCKER_CONTEXT", "default")
    assert address() == by_docker() == DEFAULT
    monkeypatch.setenv("DOCKER_HOST", "unix:///mine.sock")
    monkeypatch.setenv("DOCKER_CONTEXT", "far")
    assert (address(), environment()) == ("unix:///mine.sock", {})
    assert address("unix:///given.sock") == "unix:///given.sock"


@needs_docker
def test_a_context_in_another_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "elsewhere"))
    docker("context", "create", "far", "--docker", f"host={FAR}")
    docker("context", "use", "far")
    assert address() == by_docker() == FAR


def test_a_configuration_without_a_context_is_the_default(home: Path) -> None:
    (home / ".docker").mkdir()
    for text in ('{"auths": {}}', '{"currentContext": ""}'):
        (home / ".docker/config.json").write_text(text)
        assert address() == DEFAULT


def test_a_context_that_is_not_there_is_one_line(home: Path) -> None:
    (home / ".docker").mkdir()
    (home / ".docker/config.json").write_text('{"currentContext": "gone"}')
    with pytest.raises(DockerError, match=r"^Docker's context gone: expected one of `docker context ls`, got no such"):
        address()


# --- engines that do not fit ---


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What an engine says about itself. Such engines as Docker Desktop do not run on a test machine."""
    said: dict[str, Any] = {"Name": socket.gethostname(), "OperatingSystem": "Debian GNU/Linux 12 (bookworm)"}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(said if self.path.endswith("/info") else {"ApiVersion": "1.47"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{server.server_port}")
    yield said
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ""),
        ({"SecurityOptions": ["name=seccomp,profile=builtin", "name=cgroupns"]}, ""),
        ({"SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless"]}, " is rootless, "),
        ({"SecurityOptions": ["name=seccomp,profile=default", "name=userns"]}, " remaps users (userns-remap), "),
        ({"OperatingSystem": "Docker Desktop", "Name": "docker-desktop"}, " is Docker Desktop, "),
        ({"Name": "build1"}, f" runs on the machine build1, not on {socket.gethostname()}"),
    ],
)
def test_an_engine_that_does_not_fit_is_noticed(engine: dict[str, Any], more: dict[str, Any], said: str) -> None:
    engine |= more
    found = hindrance()
    assert found.startswith(f"Docker at {os.environ['DOCKER_HOST']}{said}") if said else found == ""


def test_an_engine_that_does_not_answer_is_not_said_to_be_unfit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    assert hindrance() == ""


ENTER = """
from cli.context import StackContext
context = StackContext("docker")
context.enter()
context.enter()
"""


def test_a_command_says_once_that_the_hosts_may_be_out_of_reach(engine: dict[str, Any], tmp_path: Path) -> None:
    engine["Name"] = "build1"
    own = {"EDGE_HOME": str(tmp_path), "EDGE_CACHE": str(tmp_path), "EDGE_ENGINE": "builtin", "NO_COLOR": "1"}
    env = {**os.environ, **own, "PYTHONPATH": str(REPOSITORY)}
    argv = [sys.executable, "-c", ENTER]
    done = subprocess.run(argv, cwd=REPOSITORY, env=env, capture_output=True, text=True, timeout=60, check=True)
    [line] = done.stderr.splitlines()
    assert line.startswith("warning: Docker at tcp://127.0.0.1:") and "build1" in line and "SSH has to reach" in line
