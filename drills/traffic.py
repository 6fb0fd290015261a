"""A client that sends a request every 20 ms, each on its own connection."""

from __future__ import annotations

SPACING = 0.02
TIMEOUT = 0.5

# The client needs only Python, which a lab's pods and hosts have. It prints one line for each request.
CLIENT = r"""
import re, socket, ssl, sys, threading, time
host, port, spacing, timeout, seconds, name = sys.argv[1], int(sys.argv[2]), *map(float, sys.argv[3:6]), sys.argv[6]
SEEN = re.compile(r"Your source IP \(([^)]+)\)|Hostname: (\S+)")
ANY = ssl.create_default_context()
ANY.check_hostname, ANY.verify_mode = False, ssl.CERT_NONE

def ask(sent):
    seen = "-"
    try:
        with socket.create_connection((host, port), timeout) as plain:
            plain.settimeout(timeout)
            link = ANY.wrap_socket(plain, server_hostname=name) if port == 443 else plain
            link.sendall(f"GET / HTTP/1.1\r\nHost: {name or host}\r\nConnection: close\r\n\r\n".encode())
            data = b""
            while part := link.recv(4096):
                data += part
        text = data.decode(errors="replace")
        found = SEEN.search(text)
        # A server that says that it cannot serve has not answered.
        served = re.match(r"HTTP/\S+ 2", text)
        seen = "-" if not served else next(filter(None, found.groups())) if found else "answered"
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


def arguments(host: str, port: int, seconds: float, name: str = "") -> list[str]:
    """The command line of the client. Port 443 means TLS. `name`: the host name in the requests."""
    return ["python3", "-u", "-c", CLIENT, host, str(port), str(SPACING), str(TIMEOUT), str(seconds), name]
