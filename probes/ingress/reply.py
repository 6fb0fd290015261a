"""The reply to a request: who answered, with which status, and how far the request got."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Mark of curl's write-out, which bypasses the pipe that cuts the body: seconds until connected, 0 if never.
CONNECTED = "edge-connected"
_CONNECTED = re.compile(rf"^{CONNECTED} ([0-9.]+)$", re.MULTILINE)
# Envoy adds this header to answers of an upstream host, never to its own answers.
_BY_BACKEND = re.compile(r"^x-envoy-upstream-service-time:", re.MULTILINE | re.IGNORECASE)
_STATUS = re.compile(r"^HTTP/\S+ (\d{3})", re.MULTILINE)
_HOSTNAME = re.compile(r"^Hostname: (\S+)", re.MULTILINE)
# gRPC status of an answer by Envoy itself -> the equivalent HTTP status.
_CALL = re.compile(r"^grpc-status: (\d+)", re.MULTILINE | re.IGNORECASE)
_OF_CALLS = {7: 403, 12: 404, 14: 503}
# The body of Envoy's 503 has the reason why the connection to the pod failed.
_RESET = re.compile(r"reset reason: ([a-z ]+)")
# The observed text for a request that was not accepted.
NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Reply:
    """A status and whether it came from a backend. `pod`: the backend's name, if it gives one.

    `connected`: whether a connection was established. `reset`: Envoy's reset reason for its connection to the pod.
    """

    status: int | None
    by_backend: bool = False
    pod: str | None = None
    connected: bool = False
    reset: str = ""

    def __str__(self) -> str:
        if self.status is None:
            return "a connection, but no answer in time" if self.connected else NO_ANSWER
        return f"{self.status} by {self.pod or 'the backend'}" if self.by_backend else f"{self.status} by Envoy"


def read(text: str) -> Reply:
    """Parse curl's output. A gRPC status is translated to HTTP's: the HTTP status of gRPC is always 200."""
    status = _STATUS.search(text)
    stood = _CONNECTED.search(text)
    connected = status is not None or (stood is not None and float(stood[1]) > 0)
    by_backend = bool(_BY_BACKEND.search(text))
    reset = _RESET.search(text)
    why = reset[1].strip() if reset and not by_backend else ""
    call = _CALL.search(text)
    if call is not None and not by_backend:
        return Reply(_OF_CALLS.get(int(call[1]), 500), connected=connected, reset=why)
    pod = _HOSTNAME.search(text)
    return Reply(int(status[1]) if status else None, by_backend, pod[1] if pod else None, connected, why)
