"""Runs commands on hosts over SSH, with pinned host keys, optional bastions, and connections that stay open."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from config.errors import HostError
from transport.deadline import Deadline
from transport.libraries import load

T = TypeVar("T")


@dataclass(frozen=True)
class Endpoint:
    """A host, and the credentials for it: a key, a password, or an agent's keys.

    `host_key`: the public key line that the host must present; None is refused. `agent_socket`: a path.
    """

    host: str
    port: int = 22
    user: str = "root"
    private_key: str = ""
    host_key: str | None = None
    bastion: Endpoint | None = None
    dial_attempts: int = 10
    dial_timeout: float = 15.0
    private_key_password: str | None = None
    password: str | None = None
    agent_socket: str | None = None

    def __repr__(self) -> str:
        via = f" (through {self.bastion})" if self.bastion else ""
        return f"{self.user}@{self.host}:{self.port}{via}"


def endpoint_of(connection: Mapping[str, Any]) -> Endpoint:
    """The endpoint of a pulumi-command `connection`, without Secret wrappers."""
    proxy = connection.get("proxy")
    return Endpoint(
        host=str(connection["host"]),
        port=int(connection.get("port") or 22),
        user=str(connection.get("user") or "root"),
        private_key=str(connection.get("privateKey") or ""),
        private_key_password=connection.get("privateKeyPassword"),
        password=connection.get("password"),
        agent_socket=connection.get("agentSocketPath"),
        host_key=connection.get("hostKey"),
        bastion=endpoint_of(proxy) if proxy else None,
        dial_attempts=int(connection.get("dialErrorLimit") or 10),
        dial_timeout=float(connection.get("perDialTimeout") or 15),
    )


@dataclass(frozen=True)
class Result:
    """The result of a command: exit status and both output streams."""

    status: int
    stdout: str
    stderr: str


class SshPool:
    """Open connections by endpoint, shared by all threads. The owner must close it.

    Once `ending` is set, connecting is not tried again, but running commands are waited for.
    `deadline` bounds connecting and running together.
    """

    def __init__(self, ending: threading.Event | None = None) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ssh", daemon=True)
        self._thread.start()
        self._connections: dict[Endpoint, asyncio.Task[Any]] = {}
        self._ending = ending or threading.Event()
        self.deadline = Deadline()

    def run(
        self,
        endpoint: Endpoint,
        command: str,
        stdin: str | None = None,
        timeout: float | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Result:
        """Run a shell command. The caller judges the exit status.

        The host's sshd accepts only the variables that its AcceptEnv lists.

        Raises HostError if the host is unreachable, presents another host key, refuses the key, or disconnects.
        """
        return self._wait(self._in_time(endpoint, self._run(endpoint, command, stdin, timeout, environment or {})))

    def close(self) -> None:
        """Close every connection and end the thread."""
        self._wait(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _in_time(self, endpoint: Endpoint, work: Coroutine[Any, Any, Result]) -> Result:
        if not self.deadline.bounds:
            return await work
        seconds = self.deadline.left(math.inf)
        try:
            return await asyncio.wait_for(work, seconds)
        except TimeoutError:
            raise HostError(f"{endpoint}: no answer within {seconds:.0f} s") from None

    async def _run(
        self, endpoint: Endpoint, command: str, stdin: str | None, timeout: float | None, environment: Mapping[str, str]
    ) -> Result:
        load("asyncssh")
        import asyncssh

        for attempt in (1, 2):
            connection = await self._connection(endpoint)
            try:
                process = await connection.create_process(command, errors="replace", env=dict(environment))
                # A command may end without reading all of its input.
                with suppress(BrokenPipeError):
                    process.stdin.write(stdin or "")
                    process.stdin.write_eof()
                done = await process.wait(timeout=timeout)
            except asyncssh.TimeoutError:
                raise HostError(f"{endpoint}: no answer within {timeout:.0f} s") from None
            except asyncssh.ChannelOpenError as error:
                # The kept connection may have died. A new one shows whether the host still answers.
                self._connections.pop(endpoint, None)
                if attempt == 2:
                    raise HostError(f"{endpoint}: {error.reason}") from None
                continue
            except (asyncssh.Error, OSError) as error:
                self._connections.pop(endpoint, None)
                raise HostError(f"{endpoint}: connection lost: {error}") from None
            if done.exit_status is None:
                self._connections.pop(endpoint, None)
                raise HostError(f"{endpoint}: connection lost while the command ran")
            return Result(done.exit_status, str(done.stdout or ""), str(done.stderr or ""))
        raise AssertionError("unreachable")

    async def _connection(self, endpoint: Endpoint) -> Any:
        task = self._connections.get(endpoint)
        if task is not None and task.done() and (task.exception() or task.result().is_closed()):
            task = None
        if task is None:
            task = self._loop.create_task(self._dial(endpoint))
            self._connections[endpoint] = task
        # Other callers may wait for the same connection, with longer timeouts.
        return await asyncio.shield(task)

    async def _dial(self, endpoint: Endpoint) -> Any:
        import asyncssh

        if endpoint.host_key is None:
            raise HostError(f"{endpoint}: no host key is pinned; expected ssh.hostKey in the stack")
        try:
            keys = await _keys(endpoint)
            pinned = asyncssh.import_public_key(endpoint.host_key)
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
            raise HostError(f"{endpoint}: unusable key: {error}") from None
        tunnel = await self._connection(endpoint.bastion) if endpoint.bastion else None
        for attempt in range(1, endpoint.dial_attempts + 1):
            try:
                return await asyncio.wait_for(
                    asyncssh.connect(
                        endpoint.host,
                        endpoint.port,
                        username=endpoint.user,
                        client_keys=keys or None,
                        known_hosts=([pinned], [], []),
                        tunnel=tunnel or (),
                        agent_path=None,
                        password=endpoint.password,
                        config=None,
                        keepalive_interval=5,
                        keepalive_count_max=3,
                    ),
                    endpoint.dial_timeout,
                )
            except asyncssh.HostKeyNotVerifiable:
                raise HostError(
                    f"{endpoint}: the host key is not the pinned key ({pinned.get_fingerprint()});"
                    " if the host was reinstalled, set ssh.hostKey to the new key"
                ) from None
            except asyncssh.PermissionDenied:
                raise HostError(f"{endpoint}: {_refused(endpoint, keys)}") from None
            except (OSError, asyncssh.Error, TimeoutError) as error:
                if attempt == endpoint.dial_attempts or self._ending.is_set():
                    what = str(error) or f"no answer within {endpoint.dial_timeout:.0f} s"
                    raise HostError(
                        f"{endpoint}: cannot connect ({attempt} attempts): {what}; is the host up?"
                    ) from None
                await asyncio.sleep(min(0.2 * 1.6**attempt, 3))
        raise AssertionError("unreachable")

    async def _close(self) -> None:
        for task in self._connections.values():
            if task.done() and not task.exception():
                task.result().close()
            else:
                task.cancel()
        self._connections.clear()


async def _keys(endpoint: Endpoint) -> list[Any]:
    """The endpoint's own key and the keys of its agent. Raises HostError if there are no credentials at all."""
    import asyncssh

    keys: list[Any] = []
    if endpoint.private_key or not (endpoint.password or endpoint.agent_socket):
        keys.append(asyncssh.import_private_key(endpoint.private_key, endpoint.private_key_password))
    if endpoint.agent_socket:
        try:
            # The key objects keep the connection to the agent, which signs.
            agent = await asyncssh.connect_agent(endpoint.agent_socket)
            keys += await agent.get_keys()
        except (OSError, asyncssh.Error, ValueError) as error:
            raise HostError(f"{endpoint}: the agent at {endpoint.agent_socket}: {error}") from None
    return keys


def _refused(endpoint: Endpoint, keys: list[Any]) -> str:
    shown = [key.get_fingerprint() for key in keys if hasattr(key, "get_fingerprint")]
    if not shown:
        what = "the password was" if endpoint.password else "the agent's keys were"
        return f"{what} refused for user {endpoint.user}"
    return f"the key was refused for user {endpoint.user}; expected {', '.join(shown)} in its authorized_keys"
