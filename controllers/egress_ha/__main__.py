"""`python -m controllers.egress_ha controller|node`: one process of the pods that the component declares."""

from __future__ import annotations

import logging
import signal
import sys
from ipaddress import ip_address

from config.errors import EdgeError
from controllers.egress_ha import settings
from transport.kube import Kube


def main(argv: list[str]) -> None:
    """Run until a signal. Errors that a restart may heal end the process with one line."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    role, given, who = settings.parse(argv)
    kube = Kube.in_cluster(timeout=max(1.0, given.lease / 2))
    address = ip_address(who.address)
    if role == "node":
        from controllers.egress_ha.node import NodePart

        NodePart(kube, given, address).run()
        return
    from controllers.egress_ha.controller import Controller

    controller = Controller(kube, given, who.pod, address, lists=who.lists)

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
