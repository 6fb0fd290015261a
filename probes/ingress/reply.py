"""What came back of a request: who answered, with what, and how far the request got."""

from __future__ import annotations

import re
from dataclasses import dataclass

# curl's write-out, told past the pipe that cuts the body: the seconds until the connection stood, 0 where it never did.
CONNECTED = "edge-connected"
_CONNECTED = re.compile(rf"^{CONNECTED} ([0-9.]+)$", re.MULTILINE)
# Envoy writes it into what a host behind it answered, and into nothing that it answers itself.
_BY_BACKEND = re.compile(r"^x-envoy-upstream-service-time:", re.MULTILINE | re.IGNORECASE)
_STATUS = re.compile(r"^HTTP/\S+ (\d{3})", re.MULTILINE)
_HOSTNAME = re.compile(r"^Hostname: (\S+)", re.MULTILINE)
# gRPC's status where Envoy answers itself -> what it would have been over plain HTTP.
_CALL = re.compile(r"^grpc-status: (\d+)", re.MULTILINE | re.IGNORECASE)
_OF_CALLS = {7: 403, 12: 404, 14: 503}
# Envoy says in the body of a 503 what became of the connection to the pod.
_RESET = re.compile(r"reset reason: ([a-z ]+)")
# What is seen of a request that nobody took.
NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Reply:
    """A status and whether a backend gave it; `pod` where the backend says who it is.

    `connected`: whether a connection stood at all. `reset`: Envoy's word for what became of its own to the pod.
    """

    status: int | None
    by_backend: bool = False
    pod: str | None = None
    connected: bool = False
    reset: str = ""

    def __str__(self) -> str:
        if self.status is None:
            return "no answer in time, on a connection that was taken" if self.connected else NO_ANSWER
        return f"{self.status} by {self.pod or 'the backend'}" if self.by_backend else f"{self.status} by Envoy"


def read(text: str) -> Reply:
    """A reply as curl shows it. Of gRPC the status is told in HTTP's words: gRPC's own always comes with a 200."""
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
