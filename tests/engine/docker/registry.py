"""A registry on this machine: what a pull of one small image asks for, for several platforms."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any

from lab.docker.engine import Engine

_TYPE = "application/vnd.docker.distribution.manifest"
_BLOB = "application/octet-stream"


class Registry:
    """Images by tag. `asked`: the paths of all requests."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._found: dict[str, tuple[str, bytes]] = {}
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.asked.append(self.path)
                known = registry._found.get(self.path.rpartition("/")[2])
                kind, content = known or ("application/json", b"{}")
                self.send_response(200 if known or self.path == "/v2/" else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Docker-Content-Digest", _digest(content))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(content)

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: a test reads `asked`."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.image = f"127.0.0.1:{self.server.server_port}/app"

    def publish(self, tag: str, words: str, architectures: tuple[str, ...] = ("amd64",)) -> None:
        """Give the tag an image with the label `words`, for each architecture of Linux."""
        manifests = [
            {**self._manifest(words, name), "platform": {"architecture": name, "os": "linux"}} for name in architectures
        ]
        kind = f"{_TYPE}.list.v2+json"
        index = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": manifests}).encode()
        # Docker asks for the tag's digest, and then for what has the digest.
        self._put(kind, index)
        self._found[tag] = (kind, index)

    def forget(self) -> None:
        """Have no image any more."""
        self._found.clear()

    def _manifest(self, words: str, architecture: str) -> dict[str, Any]:
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("empty"))
        rootfs = {"type": "layers", "diff_ids": [_digest(raw.getvalue())]}
        config = {"architecture": architecture, "os": "linux", "config": {"Labels": {"words": words}}, "rootfs": rootfs}
        layer = self._put(_BLOB, gzip.compress(raw.getvalue()))
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{_TYPE}.v2+json",
            "config": {
                **self._put(_BLOB, json.dumps(config).encode()),
                "mediaType": "application/vnd.docker.container.image.v1+json",
            },
            "layers": [{**layer, "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip"}],
        }
        return self._put(f"{_TYPE}.v2+json", json.dumps(manifest).encode())

    def _put(self, kind: str, content: bytes) -> dict[str, Any]:
        self._found[_digest(content)] = (kind, content)
        return {"mediaType": kind, "size": len(content), "digest": _digest(content)}


@contextmanager
def running(engine: Engine) -> Iterator[Registry]:
    """A registry until the end of the block, where the engine's network is. Docker speaks HTTP to 127.0.0.0/8."""

    def serve() -> None:
        engine.enter()
        registry = Registry()
        made.put(registry)
        registry.server.serve_forever()

    made: SimpleQueue[Registry] = SimpleQueue()
    # A thread of its own: the network of a thread cannot be left.
    threading.Thread(target=serve, daemon=True).start()
    registry = made.get(timeout=10)
    try:
        yield registry
    finally:
        registry.server.shutdown()
        registry.server.server_close()


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"
