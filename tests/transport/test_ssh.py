"""What a host is shown: a key, a key behind a passphrase, a password, the keys of an agent; and variables."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from config.errors import HostError
from engine.providers.base import Context
from engine.providers.command import REMOTE, CommandProvider
from transport.ssh import Endpoint, SshPool

# They wait for hosts that do not answer.
pytestmark = pytest.mark.slow

WORD = "moonlight"


class _Server(asyncssh.SSHServer):  # type: ignore[misc]
    """Takes a password; keys are the server's own matter."""

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == WORD


@dataclass
class Host:
    """A host whose sshd takes the variables that begin with `LET_`."""

    port: int
    host_key: str
    key: asyncssh.SSHKey

    def connection(self, **shown: Any) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": "root",
            "hostKey": self.host_key,
            "dialErrorLimit": 1,
            **shown,
        }


def _run(process: asyncssh.SSHServerProcess[str]) -> Any:
    async def answer() -> None:
        taken = {key: value for key, value in process.env.items() if str(key).startswith("LET_")}
        child = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            process.command or "",
            env={"PATH": "/usr/bin:/bin", **taken},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await child.communicate()
        process.stdout.write(out.decode())
        process.stderr.write(err.decode())
        process.exit(child.returncode or 0)

    return answer()


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    place = tmp_path_factory.mktemp("sshd")
    server_key, key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    (place / "authorized").write_bytes(key.export_public_key())
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[server_key],
            server_factory=_Server,
            authorized_client_keys=str(place / "authorized"),
            process_factory=_run,
        )

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    yield Host(acceptor.get_port(), server_key.export_public_key().decode(), key)
    loop.call_soon_threadsafe(acceptor.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@pytest.fixture
def pool() -> Iterator[SshPool]:
    one = SshPool()
    yield one
    one.close()


def ran(pool: SshPool, connection: dict[str, Any], script: str = "echo hello", **inputs: Any) -> str:
    _, outputs = CommandProvider(pool).create(
        REMOTE, {"connection": connection, "create": script, **inputs}, Context(timeout=20)
    )
    return str(outputs["stdout"])


def pem(key: asyncssh.SSHKey, passphrase: str | None = None) -> str:
    return str(key.export_private_key("openssh", passphrase).decode())


def test_a_key_a_key_behind_a_passphrase_and_a_password_open(host: Host, pool: SshPool) -> None:
    assert ran(pool, host.connection(privateKey=pem(host.key))) == "hello"
    assert ran(pool, host.connection(privateKey=pem(host.key, "word"), privateKeyPassword="word")) == "hello"
    assert ran(pool, host.connection(password=WORD)) == "hello"


def test_the_keys_of_an_agent_open(host: Host, pool: SshPool, tmp_path: Path) -> None:
    socket, file = tmp_path / "agent", tmp_path / "key"
    file.touch(0o600)
    file.write_text(pem(host.key))
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        while not socket.exists():
            assert agent.poll() is None
        subprocess.run(["ssh-add", "-q", str(file)], check=True, env={"SSH_AUTH_SOCK": str(socket)})
        assert ran(pool, host.connection(agentSocketPath=str(socket))) == "hello"
    finally:
        agent.kill()
        agent.wait()


def test_what_does_not_open_is_said_without_the_secret(host: Host, pool: SshPool, tmp_path: Path) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"privateKey": pem(stranger)}, f"the key was refused for user root; expected {stranger.get_fingerprint()}"),
        ({"privateKey": pem(stranger, "word"), "privateKeyPassword": "wrong-word"}, "unusable key"),
        ({"password": "wrong-word"}, "the password was refused for user root"),
        ({"agentSocketPath": str(tmp_path / "none")}, "the agent at"),
        ({}, "unusable key"),
    ]
    for shown, said in cases:
        with pytest.raises(HostError, match=said.replace("+", r"\+")) as caught:
            ran(pool, host.connection(**shown))
        assert "wrong-word" not in str(caught.value)


def test_a_passphrase_and_a_password_are_in_no_text_of_an_endpoint() -> None:
    shown = repr(Endpoint("h", private_key="k", private_key_password="p1", password="p2", agent_socket="s"))
    assert shown == "root@h:22"


def test_variables_reach_the_command_and_one_that_sshd_drops_fails_it(host: Host, pool: SshPool) -> None:
    connection = host.connection(password=WORD)
    assert ran(pool, connection, 'echo "$LET_IN"', environment={"LET_IN": "it's $(here)"}) == "it's $(here)"
    with pytest.raises(
        HostError, match=r"variable KEPT_OUT was refused by sshd; add the variable to AcceptEnv"
    ) as caught:
        ran(pool, connection, "echo never", environment={"KEPT_OUT": "moonshine"})
    assert "moonshine" not in str(caught.value)
