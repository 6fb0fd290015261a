"""Configuration that Envoy refuses from its agent (a NACK), from the agent's log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

# The agents' log message, in text or in JSON (pkg/envoy/xds/server.go).
_MESSAGE = "NACK received"
_ROUTES = "RouteConfiguration"


@dataclass(frozen=True)
class Nack:
    """One refusal: time (RFC 3339, UTC), kind of resource, and Envoy's message."""

    time: str
    kind: str
    detail: str

    def __str__(self) -> str:
        return f"at {self.time.partition('.')[0].rstrip('Z')}Z Envoy refused the {self.kind}: {self.detail}"


def read(log: str) -> list[Nack]:
    """The last refusal of each kind of resource, the newest first."""
    last: dict[str, Nack] = {}
    for line in log.splitlines():
        if _MESSAGE in line:
            kind = _field(line, "xdsTypeURL").rpartition(".")[2]
            last[kind] = Nack(_field(line, "time"), kind, " ".join(_field(line, "xdsDetail").split()))
    return sorted(last.values(), key=lambda nack: nack.time, reverse=True)


def current(found: list[Nack], dump: Any) -> list[Nack]:
    """Without outdated refusals of routes: Envoy has accepted a later version since."""
    taken = max((str(each.get("last_updated") or "") for each in dump.get("configs") or []), default="")
    return [nack for nack in found if nack.kind != _ROUTES or nack.time > taken]


def _field(line: str, name: str) -> str:
    found = re.search(rf'\b"?{name}"?[=:]\s*("(?:\\.|[^"\\])*"|\S+)', line)
    if found is None:
        return ""
    value = found[1]
    return (
        re.sub(r"\\(.)", lambda escaped: {"n": " ", "t": " "}.get(escaped[1], escaped[1]), value[1:-1])
        if value.startswith('"')
        else value
    )
