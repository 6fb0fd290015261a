"""Clients and backends that behave badly, large and odd requests, parts that are killed: no hang, no wrong green."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.harness import Edge, until
from tests.e2e.ingress.helpers import DEDICATED, SHARED, TO_WEBPOD, causes, code, told

pytestmark = pytest.mark.thorough

# One never answers, one closes early, one echoes WebSocket frames.
_BACKENDS = """
import base64, hashlib, re, socketserver, threading
KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

def head(sock):
    text = b""
    while b"\\r\\n\\r\\n" not in text:
        text += sock.recv(4096)
    return text

class Hang(socketserver.BaseRequestHandler):
    def handle(self):
        head(self.request)
        self.request.recv(1)

class Early(socketserver.BaseRequestHandler):
    def handle(self):
        head(self.request)

class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        found = re.search(rb"(?i)sec-websocket-key: *([^\\r]+)", head(self.request))
        if not found:
            self.request.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
            return
        key = found[1]
        accept = base64.b64encode(hashlib.sha1(key + KEY).digest())
        self.request.sendall(b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
                             b"Sec-WebSocket-Accept: " + accept + b"\\r\\n\\r\\n")
        while data := self.request.recv(4096):
            self.request.sendall(data)

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

servers = [Server(("", 8001 + n), handler) for n, handler in enumerate((Hang, Early, Echo))]
for server in servers[1:]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
servers[0].serve_forever()
"""
# An upgrade, bytes of a frame there and back; then as many seconds of silence, and again.
_SOCKET = """
import socket, sys, time
host, name, quiet = sys.argv[1], sys.argv[2], float(sys.argv[3])
sock = socket.create_connection((host, 80), 5)
sock.sendall(f"GET / HTTP/1.1\\r\\nHost: {name}\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
             "Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n".encode())
text = b""
while b"\\r\\n\\r\\n" not in text:
    text += sock.recv(4096)
print(text.decode().split("\\r\\n")[0])
for _ in range(2 if b" 101 " in text else 0):
    sock.sendall(b"\\x81\\x85\\x01\\x02\\x03\\x04igomo")
    print(sock.recv(4096).hex())
    time.sleep(quiet)
"""
# Clients that send their request a byte a second.
_SLOW = """
import socket, sys, time
socks = [socket.create_connection((sys.argv[1], 80), 5) for _ in range(200)]
for byte in b"GET / HTTP":
    for sock in socks:
        sock.sendall(bytes((byte,)))
    time.sleep(1)
"""
HANG, EARLY, SLOW = "hang.example", "early.example", "slow.example"


def with_bad_backends(stack: Any) -> None:
    names = ("hang", "early", "echo")
    ports = [{"name": name, "port": 8001 + n, "targetPort": 8001 + n} for n, name in enumerate(names)]
    stack["workloads"].append(
        {
            "name": "bad",
            "image": "nicolaka/netshoot",
            "command": ["python3", "-c", _BACKENDS],
            "labels": {"app": "bad"},
            "node": "cilium-ctr",
        }
    )
    stack["services"].append({"name": "bad", "type": "ClusterIP", "selector": {"app": "bad"}, "ports": ports})
    rules = [
        {"host": host, "paths": [{"path": "/", "service": "bad", "port": port}]}
        for host, port in ((HANG, "hang"), (EARLY, "early"), ("echo.example", "echo"))
    ]
    stack["ingresses"] += [
        {"name": "bad", "rules": rules},
        {
            "name": "slow",
            "annotations": {"ingress.cilium.io/request-timeout": "1s"},
            "rules": [{"host": SLOW, "paths": [{"path": "/", "service": "bad", "port": "hang"}]}],
        },
    ]


@pytest.fixture(scope="module")
def bad(_ingress: Edge) -> Iterator[Edge]:
    _ingress.change(with_bad_backends)
    _ingress.run("up")
    yield _ingress
    _ingress.reset()
    _ingress.run("up", "--refresh")


def test_a_backend_that_hangs_or_closes_is_red_and_says_which(bad: Edge) -> None:
    until(lambda: code(bad, "client", "-H", f"Host: {EARLY}", f"http://{SHARED}/") == 503, 60, "the routes are there")
    found = {subject: cause for subject, cause in causes(bad, "ingress-http").items() if "client" in subject}
    assert found == {
        f"default/bad {HANG}/ from client 192.168.10.200": (
            "the connection was accepted, but no answer came: does a pod of Service bad hang?"
        ),
        f"default/bad {EARLY}/ from client 192.168.10.200": (
            "a pod of Service bad took the request and closed the connection without an answer"
        ),
        f"default/slow {SLOW}/ from client 192.168.10.200": "no pod of Service bad answered within the route's time",
    }


def test_a_websocket_goes_through_and_stays(bad: Edge) -> None:
    shown = bad.on("client", f"python3 - {SHARED} echo.example 6", stdin=_SOCKET).split("\n")
    assert shown[0].startswith("HTTP/1.1 101 ") and shown[1:3] == ["81850102030469676f6d6f"] * 2
    refused = bad.on("stranger", f"python3 - {SHARED} echo.example 0", stdin=_SOCKET)
    assert refused.startswith("HTTP/1.1 403 ")


def test_many_bytes_of_headers_and_of_body(ingress: Edge) -> None:
    at = f"http://{DEDICATED}/"
    assert code(ingress, "client", "-H", f"X-Long: {'a' * 10_000}", at) == 200
    # Envoy's own limit for all headers together is 60 KiB.
    assert code(ingress, "client", "-H", f"X-Long: {'a' * 70_000}", at) == 431
    before = sizes(ingress)
    script = f"head -c 100000000 /dev/zero | curl -s -o /dev/null -w '%{{http_code}} %{{size_upload}}' -m 60 -T - {at}"
    status, sent = ingress.on("client", script).split()
    assert status == "200" and int(sent) >= 100_000_000
    # Nobody on the way keeps the body.
    assert all(now - then < 32 for now, then in zip(sizes(ingress), before, strict=True)), (before, sizes(ingress))


def sizes(edge: Edge) -> list[int]:
    """MiB of all bridges and Envoys."""
    script = "for p in $(pgrep -f 'envoybridge|cilium-envoy'); do grep VmRSS /proc/$p/status; done"
    told = "".join(edge.on(node, script, ok=False) for node in ("cilium-w1", "cilium-w2"))
    return [int(kb) // 1024 for kb in re.findall(r"(\d+) kB", told) if int(kb) > 4096]


def test_http_2(ingress: Edge) -> None:
    def version(*words: str) -> str:
        shown = ("-o", "/dev/null", "-w", "%{http_version} %{http_code}")
        return ingress.run("lab", "exec", "client", "--", "curl", "-s", "-m", "5", *shown, *words).stdout

    # Cilium has Envoy speak to a pod as the client speaks to it, and this pod speaks HTTP/1.1 alone.
    assert version("--http2-prior-knowledge", f"http://{DEDICATED}/") == "2 502"
    # By TLS it offers HTTP/2 to nobody (ALPN is a switch of the Gateways).
    assert version("--http2", *TO_WEBPOD) == "1.1 200"


def test_slow_clients_keep_nobody_else_waiting(ingress: Edge) -> None:
    script = (
        f"timeout 15 python3 - {DEDICATED} & sleep 3; for i in $(seq 50); do"
        f" curl -s -o /dev/null -m 1 -w '%{{http_code}}\\n' http://{DEDICATED}/; done; wait"
    )
    assert ingress.on("client", script, stdin=_SLOW).split() == ["200"] * 50


def test_a_bridge_that_is_killed_comes_back_and_lets_nobody_in(ingress: Edge) -> None:
    for node in ("cilium-w1", "cilium-w2"):
        ingress.on(node, "pkill -9 -f /envoybridge || pkill -9 -f envoybridge", ok=False)
    deadline, seen = time.monotonic() + 60, set()
    while (status := code(ingress, "client", f"http://{DEDICATED}/")) != 200:
        seen.add(code(ingress, "stranger", f"http://{DEDICATED}/"))
        assert time.monotonic() < deadline, status
    # What cannot be judged is refused or not answered.
    assert seen <= {0, 403, 500, 503} and code(ingress, "stranger", f"http://{DEDICATED}/") == 403
    until(lambda: ingress.look()["green"], 60, "verify is green")


def test_a_policy_that_the_agents_refuse_is_told_and_opens_nothing(ingress: Edge) -> None:
    def mixed(stack: Any) -> None:
        rule = {"entities": ["world"], "cidrs": [{"cidr": "192.168.10.0/24"}]}
        stack["networkPolicies"] = [{"name": "mixed", "endpointSelector": {}, "ingress": [rule]}]
        stack["waivers"] = [{"rule": "I15", "reason": "to see what the agents say of it"}]

    ingress.change(mixed)
    ingress.run("up")
    told(ingress, "mixed", "is not supported yet")
    assert code(ingress, "stranger", f"http://{DEDICATED}/") == 403


def test_agents_whose_configuration_was_changed_by_hand(ingress: Edge) -> None:
    patch = {"data": {"enable-ingress-controller": "false"}}
    ingress.kubectl("-n", "kube-system", "patch", "configmap", "cilium-config", "-p", json.dumps(patch))
    shown = ingress.run("refresh", "--preview-only").stdout
    assert "ConfigMap kube-system/cilium-config: enable-ingress-controller" in shown
    ingress.run("up", "--refresh")
    path = "jsonpath={.data.enable-ingress-controller}"
    assert ingress.kubectl("-n", "kube-system", "get", "configmap", "cilium-config", "-o", path) == "true"


def test_a_certificate_with_the_key_of_another(ingress: Edge) -> None:
    script = (
        "cd $(mktemp -d) && for n in a b; do openssl req -x509 -newkey rsa:2048 -nodes -keyout $n.key -out $n.crt"
        " -days 20 -subj /CN=webpod.example -addext subjectAltName=DNS:webpod.example 2>/dev/null; done;"
        " kubectl create secret generic webpod-tls --type=kubernetes.io/tls --from-file=tls.crt=a.crt"
        " --from-file=tls.key=b.key --dry-run=client -o yaml | kubectl replace -f -"
    )
    ingress.on("mgmt", script)
    told(ingress, "default/webpod-tls", "the key is another")
    # Envoy keeps the last matching pair.
    assert code(ingress, "client", *TO_WEBPOD) == 200


def test_a_request_without_a_host_is_refused_by_envoy(ingress: Edge) -> None:
    assert code(ingress, "client", "-H", "Host:", f"http://{DEDICATED}/") == 400
