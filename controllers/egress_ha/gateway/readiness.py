"""Whether this gateway should get new traffic: its Cilium agent is up, and has settled since the last new address.

An agent reloads its whole datapath when an address of its node is added or removed, and loses some packets meanwhile.
An agent that is not up programs nothing. Neither moves existing traffic away from a gateway.
"""

from __future__ import annotations

import http.client
import threading
import time

from config.egress import EgressHA

_SECONDS = 1.0


class Readiness(threading.Thread):
    """Queries the agent on this host once a second."""

    def __init__(self, settings: EgressHA) -> None:
        super().__init__(name="readiness", daemon=True)
        self._port, self._settle = settings.agent_health_port, settings.settle
        self._agent = not self._port
        self._changed = time.monotonic()

    def changed(self) -> None:
        """Note that an address of this node was added or removed."""
        self._changed = time.monotonic()

    @property
    def ready(self) -> bool:
        """Whether the gateway is ready now."""
        return self._agent and time.monotonic() - self._changed >= self._settle

    def run(self) -> None:
        while self._port:
            self._agent = healthy(self._port)
            time.sleep(_SECONDS)


def healthy(port: int) -> bool:
    """Whether the agent on this host reports that it is healthy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"brief": "true"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
