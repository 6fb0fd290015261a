"""Whether traffic should be brought to this gateway: its Cilium agent is up, and has digested the last new address.

An agent loads its whole datapath anew when an address of its node comes or goes, and some packets are lost
meanwhile; one that is not up programs nothing. Neither takes traffic away from a gateway that has it.
"""

from __future__ import annotations

import http.client
import threading
import time

from config.egress import EgressHA

_SECONDS = 1.0


class Readiness(threading.Thread):
    """Asks the agent once a second."""

    def __init__(self, settings: EgressHA) -> None:
        super().__init__(name="readiness", daemon=True)
        self._port, self._settle = settings.agent_health_port, settings.settle
        self._agent = not self._port
        self._changed = time.monotonic()

    def changed(self) -> None:
        """An address came or went."""
        self._changed = time.monotonic()

    @property
    def ready(self) -> bool:
        """Now."""
        return self._agent and time.monotonic() - self._changed >= self._settle

    def run(self) -> None:
        while self._port:
            self._agent = healthy(self._port)
            time.sleep(_SECONDS)


def healthy(port: int) -> bool:
    """Whether the agent on this host says that it is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"brief": "true"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
