"""An API server in front of the API server whose calls go wrong, each in every way in turn.

A script of its own, run on the control plane of the lab with Debian's Python:

    bad_api.py LISTEN_PORT API_PORT CERTIFICATE KEY TALLY

What it did is in the file TALLY, as JSON: `{"PATCH egressgatewayhapolicies": {"500": 3, ...}}`.
"""

from __future__ import annotations

import collections
import http.client
import http.server
import json
import os
import ssl
import sys
import threading
import time
import urllib.parse

FAULTS = ("500", "answer lost", "409", "slow", "no connection", "fine", "fine")
_LOCK = threading.Lock()
_TALLY: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)


def resource(path: str) -> str:
    """The kind of a call's object: the part of the path after the namespace, or after the version."""
    parts = urllib.parse.urlsplit(path).path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if len(parts) > 2 and parts[0] == "namespaces":
        parts = parts[2:]
    return parts[0] if parts else "discovery"


def fault(method: str, path: str) -> str:
    """The next thing that goes wrong with such calls."""
    watching = "watch=true" in path
    key = f"{'WATCH' if watching else method} {resource(path)}"
    with _LOCK:
        # A watch that ends is what a dead connection looks like; a conflict it cannot have.
        row = ("500", "answer lost", "no connection", "fine") if watching else FAULTS
        chosen = row[sum(_TALLY[key].values()) % len(row)]
        _TALLY[key][chosen] += 1
        with open(f"{sys.argv[5]}.part", "w") as file:
            json.dump(_TALLY, file)
        os.replace(f"{sys.argv[5]}.part", sys.argv[5])
    return chosen


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        what = fault(self.command, self.path)
        if what == "no connection":
            self.close_connection = True
            return
        if what in ("500", "409"):
            self.refuse(int(what))
            return
        if what == "slow":
            time.sleep(0.7)
        self.forward(body, lost=what == "answer lost")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

    def refuse(self, status: int) -> None:
        reason = "Conflict" if status == 409 else "InternalError"
        answer = json.dumps({"kind": "Status", "code": status, "reason": reason, "message": "of the test"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def forward(self, body: bytes, *, lost: bool) -> None:
        """To the real one. With `lost` the call is carried out, and nobody hears of it."""
        anybody = ssl._create_unverified_context()  # noqa: S323
        real = http.client.HTTPSConnection("127.0.0.1", int(sys.argv[2]), timeout=40, context=anybody)
        keep = {key: value for key, value in self.headers.items() if key.lower() not in ("host", "connection")}
        try:
            real.request(self.command, self.path, body, keep)
            answer = real.getresponse()
            if lost and "watch=true" not in self.path:
                answer.read()
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.getheader("Content-Type") or "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            until = time.monotonic() + (1.5 if lost else 60)
            while (part := answer.read1(1 << 16)) and time.monotonic() < until:
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            if lost:
                # In the middle of a watch, and without an end.
                self.close_connection = True
                return
            self.wfile.write(b"0\r\n\r\n")
        except (OSError, http.client.HTTPException):
            self.close_connection = True
        finally:
            real.close()

    def log_message(self, *words: object) -> None:
        pass


def main() -> None:
    server = http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Handler)  # noqa: S104
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
