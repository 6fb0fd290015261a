"""Whether this gateway should get new traffic: its Cilium agent is up, and has settled since the last new address.

An agent reloads its whole datapath when an address of its node is added or removed, and loses some packets meanwhile.
An agent that is not up programs nothing. An agent that has just started reports that it is healthy before the datapath
has its policies. None of this moves existing traffic away from a gateway.
"""

from __future__ import annotations

import http.client
import threading
import time
from math import inf

from config.egress import EgressHA

_SECONDS = 1.0
# Seconds that an agent needs after its start, measured on a node that booted: requests were lost for 15 s.
STARTS = 20.0


class Readiness(threading.Thread):
    """Queries the agent on this host once a second."""

    def __init__(self, settings: EgressHA) -> None:
        super().__init__(name="readiness", daemon=True)
        self._port, self._settle = settings.agent_health_port, settings.settle
        self._agent = not self._port
        self._was_down = False
        self._until = -inf
        self._changed = time.monotonic()

    def changed(self) -> None:
        """Note that an address of this node was added or removed."""
        self._changed = time.monotonic()

    @property
    def ready(self) -> bool:
        """Whether the gateway is ready now."""
        now = time.monotonic()
        return self._agent and now >= self._until and now - self._changed >= self._settle

    def run(self) -> None:
        while self._port:
            self.look()
            time.sleep(_SECONDS)

    def look(self) -> None:
        """Query the agent once."""
        found = healthy(self._port)
        if found and self._was_down:
            self._until = time.monotonic() + STARTS
        # A frozen agent does not answer. Only an agent that does not run refuses connections.
        self._was_down = found is None or (self._was_down and not found)
        self._agent = bool(found)


def healthy(port: int) -> bool | None:
    """Whether the agent on this host reports that it is healthy. None: no agent runs."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"brief": "true"})
        return connection.getresponse().status == http.client.OK
    except ConnectionRefusedError:
        return None
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
