"""When a gateway may be given traffic back, beside an agent that is up, unwell or gone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from config.egress import EgressHA
from controllers.egress_ha.gateway import readiness
from controllers.egress_ha.gateway.readiness import Readiness, healthy


class Agent(BaseHTTPRequestHandler):
    """Answers what the test says, as Cilium's agent does on its health port."""

    status = 200

    def do_GET(self) -> None:
        asked = self.path == "/healthz" and self.headers["brief"] == "true"
        self.send_response(self.status if asked else 404)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Nothing."""


def test_an_agent_that_is_unwell_or_gone_is_not_healthy() -> None:
    server = HTTPServer(("127.0.0.1", 0), Agent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    Agent.status = 200
    assert healthy(port)
    Agent.status = 503
    assert not healthy(port)
    server.shutdown()
    server.server_close()
    assert not healthy(port)


def test_ready_is_an_agent_that_is_up_some_time_after_the_last_address() -> None:
    given = EgressHA.model_validate({"settle": 0.2, "agentHealthPort": 0})
    one = Readiness(given)
    assert not one.ready
    time.sleep(0.25)
    assert one.ready
    one.changed()
    assert not one.ready
    asks = Readiness(EgressHA.model_validate({"settle": 0, "agentHealthPort": 1}))
    assert not asks.ready
    asks.start()
    time.sleep(0.1)
    assert not asks.ready and not healthy(1)


@contextmanager
def agent_on(port: int) -> Iterator[int]:
    """An agent that is healthy, on a port (0: any)."""
    Agent.status = 200
    server = HTTPServer(("127.0.0.1", port), Agent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def test_an_agent_that_has_just_started_is_given_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is healthy before the datapath has its policies: a gateway that booted lost requests for 15 s."""
    monkeypatch.setattr(readiness, "STARTS", 0.3)
    with agent_on(0) as port:
        one = Readiness(EgressHA.model_validate({"settle": 0, "agentHealthPort": port}))
        one.look()
        # It ran before this process did.
        assert one.ready
    one.look()
    assert not one.ready
    with agent_on(port):
        one.look()
        assert not one.ready
        time.sleep(0.35)
        assert one.ready


def test_an_agent_that_was_frozen_is_ready_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        port = frozen.getsockname()[1]
        one = Readiness(EgressHA.model_validate({"settle": 0, "agentHealthPort": port}))
        one.look()
        assert not one.ready
    with agent_on(port):
        one.look()
        assert one.ready
