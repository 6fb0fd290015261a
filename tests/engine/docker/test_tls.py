"""An engine on a TCP port with TLS: certificates come from the environment, as with the command docker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.pki import Pki
from tests.engine.docker.conftest import scratch
from tests.engine.project import REPOSITORY

pytestmark = pytest.mark.lab

WHERE = "tcp://127.0.0.1:2376"
START = """\
mount -t tmpfs -o mode=755 tmpfs /run
ip link set lo up
exec dockerd --data-root "$1" --exec-root /run/docker --pidfile /run/docker.pid --bridge none --iptables=false \
--tlsverify --tlscacert "$2/ca.pem" --tlscert "$2/cert.pem" --tlskey "$2/key.pem" -H "$3"
"""
CONNECT = """
from config.errors import EdgeError
from transport.docker import connect
try:
    print("server", connect().version()["ApiVersion"])
except EdgeError as error:
    print(error)
"""
# The command `docker` with what the program gives on.
GIVEN_ON = """
import os, subprocess
from transport.docker_address import environment
os.environ.update(environment())
subprocess.run(["docker", "version", "--format", "server {{.Server.APIVersion}}"])
"""


@dataclass
class Secured:
    """dockerd in a network of its own. `home` has the directories `mine` and `foreign` with certificates."""

    pid: int
    home: Path

    def connect(self, program: str = CONNECT, **environment: str) -> str:
        """One line: the server's version, or the error."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_")}
        env |= {"DOCKER_HOST": WHERE, "PYTHONPATH": str(REPOSITORY), "HOME": str(self.home), **environment}
        argv = ["nsenter", "--target", str(self.pid), "--net", sys.executable, "-c", program]
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
        [line] = (done.stdout + done.stderr).splitlines()
        return line


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        pytest.skip("no dockerd, or not root: edge setup --docker installs it")
    with scratch() as (home, data):
        for name in ("mine", "foreign"):
            certificates(home / name)
        words = ["unshare", "--net", "--mount", "--propagation", "private", "/bin/sh", "-euc", START, "dockerd"]
        words += [str(data), str(home / "mine"), WHERE]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            engine = Secured(process.pid, home)
            deadline = time.monotonic() + 30
            while "API listen on 127.0.0.1:2376" not in (home / "log").read_text():
                assert process.poll() is None and time.monotonic() < deadline, (home / "log").read_text()
                time.sleep(0.05)
            yield engine
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def certificates(place: Path) -> None:
    """ca.pem, cert.pem and key.pem, for the server as for clients."""
    pki = Pki(place)
    certificate, key = pki.issue("one", "engine", hosts=("127.0.0.1",))
    for path, name in ((pki.ca_certificate, "ca.pem"), (certificate, "cert.pem"), (key, "key.pem")):
        shutil.copy(path, place / name)


def test_certificates_of_the_environment_open_the_engine(secured: Secured) -> None:
    both = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(secured.home / "mine")}
    assert secured.connect(**both).startswith("server 1.")


def test_a_bundle_of_authorities_for_the_web_is_not_the_engines(secured: Secured) -> None:
    both = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(secured.home / "mine")}
    bundle = str(secured.home / "foreign/ca.pem")
    assert secured.connect(**both, REQUESTS_CA_BUNDLE=bundle).startswith("server 1.")


def test_the_directory_of_the_command_docker_is_the_default(secured: Secured) -> None:
    shutil.copytree(secured.home / "mine", secured.home / ".docker")
    try:
        assert secured.connect(DOCKER_TLS_VERIFY="1").startswith("server 1.")
    finally:
        shutil.rmtree(secured.home / ".docker")


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker: edge setup --docker installs it")
def test_a_context_of_docker_has_its_certificates(secured: Secured) -> None:
    files = ",".join(f"{key}={secured.home}/mine/{key}.pem" for key in ("ca", "cert", "key"))
    configuration = {"DOCKER_CONFIG": str(secured.home / "configuration"), "DOCKER_HOST": ""}
    env = {**os.environ, **configuration}
    for words in (["create", "secured", "--docker", f"host={WHERE},{files}"], ["use", "secured"]):
        subprocess.run(["docker", "context", *words], env=env, check=True, capture_output=True)
    assert secured.connect(**configuration).startswith("server 1.")
    assert secured.connect(GIVEN_ON, **configuration).startswith("server 1.")


def test_what_fails_is_one_line_that_says_what_to_set(secured: Secured) -> None:
    begin = f"Docker at {WHERE}: "
    plain = secured.connect()
    assert plain.startswith(f"{begin}the engine expects TLS; set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH"), plain
    foreign = secured.connect(DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(secured.home / "foreign"))
    assert foreign.startswith(f"{begin}TLS failed (certificate signature failure); set DOCKER_TLS_VERIFY=1"), foreign
    mixed = secured.home / "mixed"
    shutil.copytree(secured.home / "foreign", mixed)
    shutil.copy(secured.home / "mine/ca.pem", mixed)
    refused = secured.connect(DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(mixed))
    assert refused.startswith(f"{begin}TLS failed (") and "BAD_CERTIFICATE" in refused, refused
    missing = secured.connect(DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH="/nowhere")
    assert missing.startswith(f"{begin}the certificates of DOCKER_CERT_PATH: expected ca.pem,"), missing
    assert "in /nowhere, got no such files" in missing
