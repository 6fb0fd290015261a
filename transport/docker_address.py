"""Which Docker engine is used, and with which certificates: the same engine as that of the command `docker`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from config.errors import DockerError
from transport.libraries import load

DEFAULT = "unix:///var/run/docker.sock"


def address(host: str = "") -> str:
    """The engine's address: `host`, else DOCKER_HOST, else that of Docker's current context.

    Raises DockerError if Docker's current context does not exist.
    """
    named = host or os.environ.get("DOCKER_HOST")
    if named:
        return named
    context = _context()
    return str(context.Host or DEFAULT) if context is not None else DEFAULT


def environment() -> dict[str, str]:
    """Variables with which the command `docker` and scripts use the same engine. Raises DockerError as `address`."""
    if os.environ.get("DOCKER_HOST"):
        return {}
    variables, context = {"DOCKER_HOST": address()}, _context()
    if context is not None and context.TLSConfig is not None:
        certificate, _ = context.TLSConfig.cert
        variables |= {"DOCKER_CERT_PATH": str(Path(certificate).parent), "DOCKER_TLS": "1"}
        variables["DOCKER_TLS_VERIFY"] = "1" if context.TLSConfig.verify else ""
    return variables


def tls(host: str = "") -> Any:
    """The `docker.tls.TLSConfig` of the engine at `address(host)`; False without TLS.

    Raises DockerError if the environment asks for TLS and has no certificates.
    """
    where = address(host)
    if where.startswith(("unix://", "ssh://")):
        # The rest of the environment may belong to an engine on a TCP port.
        return False
    context = None if os.environ.get("DOCKER_HOST") else _context()
    found = context.TLSConfig if context is not None and context.Host == where else _of_environment(where)
    return False if found is None else _with_its_own_ca(found)


def _context() -> Any:
    """Docker's current context, a `docker.context.Context`; None if none was ever chosen."""
    name = os.environ.get("DOCKER_CONTEXT")
    directory = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    if not name and not (directory / "config.json").exists():
        # Without the library, whose import takes long.
        return None
    load("docker")
    from docker.context import ContextAPI
    from docker.context.config import get_current_context_name

    name = name or get_current_context_name() or "default"
    try:
        context = ContextAPI.get_context(name)
    except Exception as error:
        # The library raises any kind of exception for a file that it cannot read.
        raise DockerError(f"Docker's context {name}: cannot be read: {error}; set DOCKER_HOST") from None
    if context is None:
        raise DockerError(
            f"Docker's context {name}: expected one of `docker context ls`, got no such context;"
            " run: docker context use default, or set DOCKER_HOST"
        )
    return context


def _of_environment(where: str) -> Any:
    from docker.errors import TLSParameterError
    from docker.utils import kwargs_from_env

    try:
        return kwargs_from_env().get("tls")
    except TLSParameterError:
        there = os.environ.get("DOCKER_CERT_PATH") or "~/.docker"
        raise DockerError(
            f"Docker at {where}: the certificates of DOCKER_CERT_PATH: expected ca.pem, cert.pem and key.pem in"
            f" {there}, got no such files; copy the certificates there, or unset DOCKER_TLS_VERIFY and DOCKER_CERT_PATH"
        ) from None


def _with_its_own_ca(found: Any) -> Any:
    """The same settings, which REQUESTS_CA_BUNDLE of the environment would override in the library's session."""
    configure = found.configure_client

    def configured(client: Any) -> None:
        configure(client)
        client.trust_env = False

    found.configure_client = configured
    return found
