"""Every exception of the project.

    EdgeError                  one line: what, where, expected, got, what to do next
    ├── ConfigError            the stack file is wrong (carries every problem found)
    ├── Refused                a rule found a mistake in the stack (carries every finding)
    ├── MachineError           this machine lacks something (root, a package, a kernel feature)
    ├── LabError               the embedded lab could not be started, reached or stopped
    ├── HostError              a host refused: unreachable, wrong host key, wrong key, command failed
    ├── ApiError               the Kubernetes API refused or did not answer
    ├── DockerError            the Docker engine refused or did not answer
    ├── StateError             the state file cannot be read, decrypted, locked or written
    ├── UnsupportedResource    the built-in engine cannot apply a declared resource type
    └── DeploymentFailed       one or more resources failed (each with its own line)

None of these exceptions is a bug of the project: the command line prints `str(error)` and never a traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class EdgeError(Exception):
    """Base of all errors that a user can correct. `exit_code` is the exit status of the process."""

    exit_code = 1


@dataclass(frozen=True)
class Problem:
    """One mistake in a stack file.

    `path` is the YAML path (`routers[0].bgp.asn`). `expected` and `got` are texts for users.
    """

    path: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, got {self.got}"


class ConfigError(EdgeError):
    """The stack file is invalid. The error carries all problems, not only the first."""

    exit_code = 2

    def __init__(self, stack: str, problems: Sequence[Problem]) -> None:
        self.stack = stack
        self.problems = tuple(problems)
        lines = [f"stack {stack}: {len(self.problems)} problem(s) in the stack file"]
        lines += [f"  {problem}" for problem in self.problems]
        super().__init__("\n".join(lines))


class Refused(EdgeError):
    """Rules object to the stack. Each finding is one line."""

    exit_code = 2

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        lines = [f"refused: {len(self.findings)} mistake(s) in the stack", *(f"  {text}" for text in self.findings)]
        super().__init__("\n".join(lines))


class MachineError(EdgeError):
    """This machine cannot do the task. The message says what is missing and how to install it."""


class LabError(EdgeError):
    """The embedded lab failed; the message names the lab host."""


class HostError(EdgeError):
    """A host was unreachable over SSH, presented another host key, or failed a command."""


# The beginning of each message about an unreachable kubelet. The API server itself answered.
KUBELET_UNREACHABLE = "the API server does not reach the kubelet"


class ApiError(EdgeError):
    """The Kubernetes API refused a request (`status` is its HTTP status) or did not answer (0)."""

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        super().__init__(message)


class DockerError(EdgeError):
    """The Docker engine refused a request (`status` is its HTTP status) or did not answer (0)."""

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        super().__init__(message)


class StateError(EdgeError):
    """The stack's state cannot be read, decrypted, locked or written."""


class UnsupportedResource(EdgeError):
    """The program declares a resource type that the built-in engine plans but cannot apply."""


class DeploymentFailed(EdgeError):
    """One or more steps failed. The state contains the steps that succeeded."""

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join(self.failures))
