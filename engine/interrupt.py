"""Ctrl-C during a run: the first lets running steps end, the second ends the process."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from engine.deployment import Deployment


def _say(text: bytes) -> None:
    # The terminal may be gone.
    with suppress(OSError):
        os.write(2, text)


@contextmanager
def ctrl_c(deployment: Deployment) -> Iterator[None]:
    """The first Ctrl-C lets running steps end and starts no new ones; the second Ctrl-C ends the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: object) -> None:
        if deployment.stopped:
            # Threads that run a step would keep the process alive until their host answers. Each write of the state
            # is complete and records the running steps.
            _say(b"\nstopped at once; the state has the interrupted steps, and the next run repeats them\n")
            os._exit(130)
        deployment.stopped = True
        deployment.failures.append("stopped by Ctrl-C or a signal; run the command again to go on")
        deployment.halt.set()
        _say(b"\nstopping: no new step starts; press Ctrl-C again to stop at once\n")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        # After the first Ctrl-C, a second one must still end the process at once.
        if not deployment.stopped:
            signal.signal(signal.SIGINT, before)
