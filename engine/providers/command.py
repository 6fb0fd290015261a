"""command:local:Command, command:remote:Command and command:remote:CopyToRemote.

The semantics are those of the pulumi-command provider: changed `triggers` replace, any other change runs
`update` (or `create` again if there is no `update`), `delete` runs on removal.

Refresh: the CLI's provider cannot refresh a command. Here a `create` script may end in a section
that only observes; see `OBSERVE`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterable
from typing import Any

from config.errors import HostError
from engine.diff import PropertyChange, touches
from engine.providers.base import Context, DiffResult, NotAwaited
from engine.values import UNKNOWN, Asset, Properties, has_secret, has_unknown
from transport.ssh import SshPool, endpoint_of

# The section after this line in a `create` or `update` script reads and changes nothing. Only this section
# prints: the observed state. A refresh runs the section alone and compares its output.
OBSERVE = "# --- observe ---"
# A local command with this ending only waits. It is killed if the run is ending for another reason.
ONLY_WAITS = "# only waits"

LOCAL = "command:local:Command"
REMOTE = "command:remote:Command"
COPY = "command:remote:CopyToRemote"
_OUTPUTS = ("stdout", "stderr")


class CommandProvider:
    """Runs commands on this machine and on hosts."""

    def __init__(self, pool: SshPool) -> None:
        self._pool = pool

    def diff(self, kind: str, before: Properties, changes: list[PropertyChange], provider: Properties) -> DiffResult:
        triggers = tuple(c.path for c in changes if touches(c, ["triggers"]))
        if kind == COPY:
            target = [c.path for c in changes if touches(c, ["remotePath", "connection.host"])]
            triggers += tuple(target)
        # `delete` runs only on removal: a change of `delete` alone is recorded and runs nothing.
        return DiffResult(update=bool(changes), replace=triggers, delete_before_replace=True)

    def identity(self, kind: str, inputs: Properties) -> str | None:
        # The engine cannot know what a script makes. Scripts mark their own objects.
        return None

    def preview(self, kind: str, inputs: Properties) -> Properties:
        return {**inputs, "stdout": UNKNOWN, "stderr": UNKNOWN} if kind != COPY else dict(inputs)

    def create(self, kind: str, inputs: Properties, context: Context) -> tuple[str, Properties]:
        return uuid.uuid4().hex, self._run(kind, inputs.get("create"), inputs, {}, context)

    def update(
        self, kind: str, id: str, before: Properties, outputs: Properties, inputs: Properties, context: Context
    ) -> Properties:
        quiet = {"delete", "logging", "addPreviousOutputInEnv"}
        if {k: v for k, v in before.items() if k not in quiet} == {k: v for k, v in inputs.items() if k not in quiet}:
            return {**inputs, **{key: outputs.get(key, "") for key in _OUTPUTS if kind != COPY}}
        script = inputs.get("update") or inputs.get("create")
        return self._run(kind, script, inputs, outputs, context)

    def delete(self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context) -> None:
        if kind != COPY and inputs.get("delete"):
            self._run(kind, inputs["delete"], inputs, outputs, context)

    def read(
        self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context
    ) -> tuple[Properties, Properties] | None:
        if kind == COPY:
            command = f"cat {_quote(str(inputs['remotePath']))}"
            result = self._pool.run(endpoint_of(inputs["connection"]), command)
            if result.status == 0 and result.stdout == _content(inputs):
                return inputs, outputs
            return {**inputs, "source": UNKNOWN}, outputs
        script = str(inputs.get("update") or inputs.get("create") or "")
        _, marker, observe = script.partition(OBSERVE)
        if not marker:
            return inputs, outputs
        seen = self._run(kind, observe, {**inputs, "stdin": None}, {}, context)["stdout"]
        if outputs.get("stdout", "") == seen:
            return inputs, outputs
        # The next up must run the command again: its result has drifted.
        return {**inputs, "drifted": True}, {**outputs, "stdout": seen}

    def secret_outputs(self, kind: str, inputs: Properties) -> tuple[str, ...]:
        # A command can print its inputs, except the connection, which it does not see.
        given = {key: value for key, value in inputs.items() if key != "connection"}
        return _OUTPUTS if has_secret(given) else ()

    def _run(self, kind: str, script: Any, inputs: Properties, previous: Properties, context: Context) -> Properties:
        if kind == COPY:
            self._copy(inputs)
            return dict(inputs)
        if not script:
            return {**inputs, "stdout": "", "stderr": ""}
        if kind == LOCAL:
            stdout, stderr = self._local(str(script), inputs, previous, context)
        else:
            stdout, stderr = self._remote(str(script), inputs, previous, context)
        return {**inputs, "stdout": stdout.rstrip("\n"), "stderr": stderr.rstrip("\n")}

    def _local(self, script: str, inputs: Properties, previous: Properties, context: Context) -> tuple[str, str]:
        interpreter = inputs.get("interpreter") or ["/bin/sh", "-c"]
        environment = {**os.environ, **_environment(inputs, previous)}
        try:
            # A session of its own: Ctrl-C must not interrupt a running step.
            process = subprocess.Popen(
                [*interpreter, script],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                cwd=inputs.get("dir"),
                env=environment,
                start_new_session=True,
            )
            stdout, stderr = _communicate(process, script, str(inputs.get("stdin") or ""), context)
        except subprocess.TimeoutExpired:
            # Also kills the shell's child processes.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise HostError(f"local command: did not end within {context.timeout:.0f} s") from None
        except OSError as error:
            raise HostError(f"local command: cannot be started: {error.strerror}: {error.filename}") from None
        if process.returncode != 0:
            raise HostError(_failure("local command", process.returncode, stdout, stderr))
        return stdout, stderr

    def _remote(self, script: str, inputs: Properties, previous: Properties, context: Context) -> tuple[str, str]:
        where, environment = endpoint_of(inputs["connection"]), _environment(inputs, previous)
        context.waiting(f"its script on {where.host}")
        # The program's own variables must arrive. The engine's additional ones are useful only if sshd accepts them.
        script = _accepted(inputs.get("environment") or ()) + script
        done = self._pool.run(where, script, inputs.get("stdin") or "", context.timeout, environment)
        if done.status != 0:
            raise HostError(_failure(str(where), done.status, done.stdout, done.stderr))
        return done.stdout, done.stderr

    def _copy(self, inputs: Properties) -> None:
        where, path = endpoint_of(inputs["connection"]), _quote(str(inputs["remotePath"]))
        script = f"umask 077; cat > {path}.part && mv {path}.part {path}"
        done = self._pool.run(where, script, _content(inputs))
        if done.status != 0:
            raise HostError(_failure(str(where), done.status, done.stdout, done.stderr))


def _communicate(process: subprocess.Popen[str], script: str, stdin: str, context: Context) -> tuple[str, str]:
    """Both output streams. Raises TimeoutExpired, or NotAwaited if the run ends and the command only waits."""
    only_waits = script.rstrip().endswith(ONLY_WAITS)
    deadline = time.monotonic() + context.timeout
    given: str | None = stdin
    while True:
        try:
            return process.communicate(given, timeout=0.2 if only_waits else context.timeout)
        except subprocess.TimeoutExpired:
            # The first call keeps the input.
            given = None
            if time.monotonic() > deadline:
                raise
            if context.ending.is_set():
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                raise NotAwaited("the wait was stopped") from None


def _environment(inputs: Properties, previous: Properties) -> dict[str, str]:
    """The environment variables of a command: its own, and its previous output."""
    variables = {key: str(value) for key, value in (inputs.get("environment") or {}).items()}
    if previous and inputs.get("addPreviousOutputInEnv") is not False:
        for key in _OUTPUTS:
            variables[f"PULUMI_COMMAND_{key.upper()}"] = str(previous.get(key) or "")
    return variables


def _accepted(names: Iterable[str]) -> str:
    """Script lines that fail on a host whose sshd dropped a variable. The lines contain no value."""
    why = "was refused by sshd; add the variable to AcceptEnv in sshd_config"
    return "".join(f'[ "${{{name}+x}}" ] || {{ echo "variable {name} {why}" >&2; exit 1; }}\n' for name in names)


def _content(inputs: Properties) -> str:
    source = inputs.get("source")
    if not isinstance(source, Asset) or has_unknown(source):
        raise HostError("CopyToRemote: only string and file assets are supported")
    return source.text


def _failure(where: str, status: int, stdout: str, stderr: str) -> str:
    # Scripts print their reason in the last non-empty line.
    lines = [line.strip() for line in (stderr or stdout).splitlines() if line.strip()]
    return f"{where}: exit status {status}: {lines[-1] if lines else 'no output'}"


def _quote(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"
