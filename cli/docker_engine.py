"""The Docker engine of a stack's containers: one for the API, the command `docker`, scripts and drills."""

from __future__ import annotations

import os
from functools import cache


def choose(configured: str) -> bool:
    """Choose the engine, for this process and the programs that it starts. Returns whether it is the lab's.

    The engine is `configured` (docker:host of the stack's configuration), else that of DOCKER_HOST, else the lab's if
    it runs, else that of Docker's current context. Raises DockerError if Docker's current context does not exist.
    """
    from lab.docker.engine import OURS
    from transport.docker_address import environment

    if configured:
        # The provider prefers its configuration to the environment. Scripts and drills know the environment alone.
        os.environ["DOCKER_HOST"] = configured
    if OURS.chosen():
        return True
    os.environ.update(environment())
    return False


@cache
def warn_of_hindrance() -> None:
    """Say early that hosts may be out of reach. SSH to the first host would fail after minutes, and not say why.

    No error: some machines have routes to such engines, and `destroy` has to work without.
    """
    from cli import screen
    from transport.docker import hindrance

    reason = hindrance()
    if reason:
        screen.err.print(f"warning: {reason}")
