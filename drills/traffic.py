"""The client that sends a request every 20 ms, each on a connection of its own."""

from __future__ import annotations

SPACING = 0.02
PATIENCE = 0.5

# Runs wherever there is a Python: in a lab's pods and on its hosts. Every line is one request.
CLIENT = r"""
import re, socket, sys, threading, time
host, port, spacing, patience, seconds = sys.argv[1], int(sys.argv[2]), *map(float, sys.argv[3:6])
SEEN = re.compile(r"Your source IP \(([^)]+)\)|Hostname: (\S+)")

def ask(sent):
    seen = "-"
    try:
        with socket.create_connection((host, port), patience) as link:
            link.settimeout(patience)
            link.sendall(b"GET / HTTP/1.0\r\n\r\n")
            data = b""
            while part := link.recv(4096):
                data += part
        found = SEEN.search(data.decode(errors="replace"))
        seen = next(filter(None, found.groups())) if found else "answered"
    except OSError:
        pass
    sys.stdout.write(f"{sent:.3f} {seen}\n")
    sys.stdout.flush()

began, number = time.time(), 0
while time.time() - began < seconds:
    threading.Thread(target=ask, args=(time.time(),)).start()
    number += 1
    time.sleep(max(0, began + number * spacing - time.time()))
"""


def arguments(host: str, port: int, seconds: float) -> list[str]:
    """The command line of the client."""
    return ["python3", "-u", "-c", CLIENT, host, str(port), str(SPACING), str(PATIENCE), str(seconds)]
