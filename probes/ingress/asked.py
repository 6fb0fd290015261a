"""Builds a request that matches exactly one route of an entrance."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from effective.entries import Entrance, Entry, Target
from probes.ingress.reply import CONNECTED

# A path below a prefix that matches no other route.
_BELOW = "/edge-verify"
_EXPRESSION = re.compile(r"[][(){}*+?|\\^$]")


@dataclass(frozen=True)
class Request:
    """A request to one route: its address and path. `targets`: all backends that may answer."""

    entrance: Entrance
    entry: Entry
    address: str
    path: str
    targets: tuple[Target, ...]

    def __str__(self) -> str:
        entry = self.entry
        method = f"{entry.method} " if entry.method else ""
        more = "".join(f" {name}: {value}" for name, value in (*entry.needed, *entry.query))
        place = f":{entry.port}" if entry.port not in (80, 443) else ""
        # With host network, each node gets a request.
        node = f"at {self.address} " if self.entrance.nodes else ""
        return f"{self.entrance} {node}{method}{entry.host or ''}{place}{entry.path}{more}"

    def curl(self, source: IPv4Address | IPv6Address | None) -> str:
        """The curl command: one connection; it prints the headers and the beginning of the body."""
        entry = self.entry
        literal = f"[{self.address}]" if ":" in self.address else self.address
        name = (entry.host or literal).replace("*.", "edge-verify.")
        words = [
            "curl",
            "-sik",
            "--globoff",
            "--connect-timeout",
            "2",
            "--max-time",
            "7",
            "-w",
            f"%{{stderr}}\\n{CONNECTED} %{{time_connect}}\\n",
        ]
        if entry.host:
            words += ["--resolve", f"{name}:{entry.port}:{literal}"]
        if source is not None:
            words += ["--interface", str(source)]
        if entry.http2:
            # For routes this is a gRPC call, so the answer comes from a gRPC server.
            words += [
                "--http2" if entry.tls else "--http2-prior-knowledge",
                "-H",
                "te: trailers",
                "-H",
                "content-type: application/grpc",
                "--data-binary",
                "@/dev/null",
            ]
        elif entry.method == "HEAD":
            words += ["--head"]
        elif entry.method:
            words += ["-X", entry.method]
        words += [word for header, value in entry.needed for word in ("-H", f"{header}: {value}")]
        query = "&".join(f"{key}={value}" for key, value in entry.query)
        usual = 443 if entry.tls else 80
        at = name if entry.port == usual else f"{name}:{entry.port}"
        words.append(f"http{'s' if entry.tls else ''}://{at}{self.path}{'?' if query else ''}{query}")
        return f"{{ {shlex.join(words)} | head -c 2000; }} 2>&1"


def requests(entrance: Entrance, address: str) -> list[Request]:
    """The requests to an entrance. Routes with a regular expression are skipped: no matching request is known."""
    result = []
    for entry in entrance.entries:
        # TLS passthrough without a host has no server name that identifies the route.
        if entry.by_expression or (entry.passes and entry.host is None):
            continue
        if entry.kind == "Expression" and _EXPRESSION.search(entry.path):
            continue
        below = entry.path.rstrip("/") + _BELOW
        for path in (entry.path, below) if entry.kind == "Prefix" else (entry.path,):
            taken = _taken(entrance.entries, entry, path)
            if entry in taken:
                targets = dict.fromkeys(target for one in taken for target in one.targets)
                result.append(Request(entrance, entry, address, path, tuple(targets)))
                break
    return result


def _taken(entries: tuple[Entry, ...], like: Entry, path: str) -> list[Entry]:
    """The routes that match a request for one of them; several routes can have the same rank."""
    able = [
        one
        for one in entries
        if (one.host, one.port, one.tls) == (like.host, like.port, like.tls) and _matches(one, like, path)
    ]
    best = max(map(_rank, able), default=None)
    return [one for one in able if _rank(one) == best]


def _matches(one: Entry, like: Entry, path: str) -> bool:
    prefix = one.path.rstrip("/")
    fits = path == one.path or (one.kind == "Prefix" and (path == prefix or path.startswith(f"{prefix}/")))
    said = like.method or ("POST" if like.http2 else "GET")
    return (
        fits
        and one.method in (None, said)
        and set(one.needed) <= set(like.needed)
        and set(one.query) <= set(like.query)
    )


def _rank(one: Entry) -> tuple[bool, int, bool, int, int]:
    return one.kind == "Exact", len(one.path), one.method is not None, len(one.needed), len(one.query)
