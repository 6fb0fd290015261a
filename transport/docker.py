"""A client of the Docker engine. Each failure becomes one line."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.errors import DockerError
from transport.docker_address import address, tls
from transport.libraries import load

__all__ = ["address", "connect", "failures", "hindrance"]

# Docker 20.10; older engines ignore the private cgroup namespace that systemd in a node needs.
_OLDEST = (1, 41)
_FULL = "no space left on device"
_HTTPS = "HTTP request to an HTTPS server"
_TLS = "set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the directory of ca.pem, cert.pem and key.pem"
_START = "start an engine and set DOCKER_HOST to its address, or on Debian 12 run: edge lab docker up"

_REACH = (
    "SSH has to reach the containers' own addresses from here: use an engine of this machine,"
    " or give this machine a route"
)


def connect(host: str = "", timeout: float = 60.0) -> Any:
    """A connected `docker.DockerClient`. Raises DockerError if no engine answers or the engine is too old.

    An engine on a TCP port speaks TLS if DOCKER_TLS_VERIFY or DOCKER_CERT_PATH is set, or if Docker's current context
    has certificates.
    """
    load("docker")
    from docker import DockerClient

    where = address(host)
    with failures(f"Docker at {where}"):
        client = DockerClient(base_url=where, timeout=timeout, tls=tls(host), use_ssh_client=where.startswith("ssh://"))
        version = str(client.version()["ApiVersion"])
    if tuple(map(int, version.split("."))) < _OLDEST:
        raise DockerError(
            f"Docker at {where}: API {version}; expected {'.'.join(map(str, _OLDEST))} or newer (Docker 20.10)"
        )
    return client


def hindrance(host: str = "") -> str:
    """Why stacks of containers may not work with the engine, and what to do. Empty if nothing is known against it.

    Also empty without an engine. Asks the engine once, and takes some milliseconds.
    """
    try:
        client = connect(host, timeout=5)
        with failures("info"):
            info = client.info()
        client.close()
    except DockerError:
        # The first step that needs the engine says why.
        return ""
    where, options = f"Docker at {address(host)}", " ".join(info.get("SecurityOptions") or ())
    system, name, here = info.get("OperatingSystem"), info.get("Name"), socket.gethostname()
    if "name=userns" in options:
        return (
            f"{where} remaps users (userns-remap), and refuses privileged containers, which nodes are;"
            " use an engine without userns-remap"
        )
    if "name=rootless" in options:
        return f"{where} is rootless, and its networks are not this machine's; {_REACH}"
    if system == "Docker Desktop":
        return f"{where} is Docker Desktop, whose networks are in a virtual machine; {_REACH}"
    return f"{where} runs on the machine {name}, not on {here}; {_REACH}" if name != here else ""


@contextmanager
def failures(what: str) -> Iterator[None]:
    """Turn exceptions of the library into a DockerError that begins with `what`."""
    from docker.errors import APIError, BuildError, DockerException
    from requests.exceptions import RequestException

    try:
        yield
    except BuildError as error:
        raise DockerError(f"{what}: {_last(str(error.msg))}") from None
    except APIError as error:
        raise DockerError(f"{what}: {_last(str(error.explanation or error))}", error.status_code or 0) from None
    except (DockerException, RequestException) as error:
        raise DockerError(f"{what}: {_reason(error)}") from None


def _last(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if any(_FULL in line for line in lines):
        # The engine puts this reason inside a message about the operation that failed.
        return f"{_FULL} on the engine's disk; make room (docker system df, docker image prune), then run up again"
    return lines[-1].removeprefix("Error response from daemon: ") if lines else "no reason given"


def _reason(error: BaseException) -> str:
    """Why no engine answers: the operating system's error, which the libraries wrap several times."""
    found: BaseException | None = error
    seen: list[BaseException] = []
    while found is not None and found not in seen:
        seen.append(found)
        if isinstance(found, PermissionError):
            return "permission denied on the engine's socket; join the group docker, or run as root"
        if isinstance(found, ssl.SSLError):
            return f"TLS failed ({getattr(found, 'verify_message', '') or found.reason}); {_TLS}"
        if isinstance(found, TimeoutError):
            return "it does not answer in time"
        if isinstance(found, (FileNotFoundError, ConnectionRefusedError, ConnectionResetError)):
            return f"no engine answers ({found.strerror or 'it ended'}); {_START}"
        inner = [arg for arg in found.args if isinstance(arg, BaseException)]
        found = inner[0] if inner else found.__cause__ or found.__context__
    text = str(error)
    if _HTTPS in text:
        return f"the engine expects TLS; {_TLS}"
    if "timed out" in text:
        return "it does not answer in time"
    return f"no engine answers ({_last(text)}); {_START}"
