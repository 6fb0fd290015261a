"""Who never answers is waited for until the deadline, and no longer."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import asyncssh
import pytest
import yaml

from config.errors import ApiError, HostError
from transport.deadline import Deadline
from transport.kube import Kube
from transport.ssh import Endpoint, SshPool


@pytest.fixture
def mute() -> Iterator[int]:
    """The port of one who lets everybody in and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server.getsockname()[1]


def test_an_ssh_server_that_says_nothing(mute: int) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    pool = SshPool()
    endpoint = Endpoint("127.0.0.1", mute, "root", key.export_private_key().decode(), key.export_public_key().decode())
    pool.deadline.set(0.5)
    began = time.monotonic()
    try:
        with pytest.raises(HostError, match="no answer within"):
            pool.run(endpoint, "true")
    finally:
        pool.close()
    assert time.monotonic() - began < 5


def test_an_api_server_that_says_nothing(mute: int) -> None:
    named = {"name": "it"}
    kube = Kube(
        yaml.safe_dump(
            {
                "clusters": [{**named, "cluster": {"server": f"http://127.0.0.1:{mute}"}}],
                "users": [{**named, "user": {}}],
                "contexts": [{**named, "context": {"cluster": "it", "user": "it"}}],
                "current-context": "it",
            }
        )
    )
    kube.deadline.set(0.5)
    began = time.monotonic()
    with pytest.raises(ApiError, match="does not answer"):
        kube.find("v1", "Pod")
    assert time.monotonic() - began < 5


def test_what_is_left_is_never_no_limit_at_all() -> None:
    deadline = Deadline()
    assert deadline.left(7) == 7 and not deadline.bounds
    deadline.set(0)
    assert 0 < deadline.left(7) < 1 and deadline.bounds
