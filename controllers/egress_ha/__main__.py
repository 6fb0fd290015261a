"""`python -m controllers.egress_ha controller|node`: the process of a pod that the component declares."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from config.errors import EdgeError
from controllers.egress_ha import command_line
from controllers.egress_ha.protocol.keys import KeyRing
from transport.kube import Kube

log = logging.getLogger("egress-ha")


def end(failed: threading.ExceptHookArgs) -> None:
    """End the process: without one of its threads a process looks healthy, but no longer watches, probes or leads."""
    name = failed.thread.name if failed.thread else "unknown"
    log.critical("thread %s failed, so the process ends", name, exc_info=failed.exc_value)
    logging.shutdown()
    os._exit(1)


def main(argv: list[str]) -> None:
    """Run the part until a signal. An error that a restart may heal ends the process with one line."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    threading.excepthook = end
    role, given, who = command_line.parse(argv)
    keys = KeyRing(cache=who.keys)
    kube = Kube.in_cluster(timeout=max(1.0, given.lease / 2))
    if role == "node":
        from controllers.egress_ha.gateway.process import GatewayProcess

        GatewayProcess(kube, given, who.address, keys).run()
        return
    from controllers.egress_ha.replica.controller import Controller

    controller = Controller(kube, given, who.pod, who.address, keys, lists=who.lists)

    def stop(number: int, frame: object) -> None:
        controller.resign()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    controller.run()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except EdgeError as error:
        sys.exit(f"egress-ha: {error}")
