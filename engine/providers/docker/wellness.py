"""Whether a container runs and is well, and the wait for it."""

from __future__ import annotations

import time
from typing import Any

from config.errors import DockerError
from engine.providers.base import Context
from engine.providers.docker import container_state
from engine.values import Properties
from transport.pauses import pause

# Seconds.
_WAIT = 60.0
_CHECK = 5.0
# A container that ends in its first moments is still seen running.
_FIRST_MOMENTS = 0.3


def awaited(container: Any, inputs: Properties, context: Context) -> None:
    """Wait until the container runs, and with `wait` until it is healthy.

    Raises DockerError if the container ends at once, or does not become healthy within `waitTimeout`.
    """
    if inputs.get("mustRun") is False:
        return
    name, limit = inputs["name"], float(inputs.get("waitTimeout") or _WAIT)
    began = time.monotonic()
    while True:
        container.reload()
        state = container.attrs["State"]
        if not state["Running"] and not state.get("Restarting"):
            raise DockerError(
                f"container {name}: ended at once with status {state['ExitCode']}:"
                f" {container_state.last_words(container)}"
            )
        if inputs.get("wait"):
            done = _healthy(container, state)
        else:
            done = state["Running"] and time.monotonic() - began > _FIRST_MOMENTS
        if done:
            return
        if context.ending.is_set():
            raise DockerError(f"container {name}: the run was stopped before the container was ready")
        if time.monotonic() - began > limit:
            said = container_state.last_check(state) or container_state.last_words(container)
            raise DockerError(f"container {name}: not healthy within {limit:.0f} s: {said}")
        context.waiting(f"container {name} to be healthy")
        pause(began)


def _healthy(container: Any, state: dict[str, Any]) -> bool:
    """By Docker's word, or by the same check, made now: Docker makes the first one after a whole interval."""
    if (state.get("Health") or {}).get("Status") == "healthy":
        return True
    check = (container.attrs["Config"].get("Healthcheck") or {}).get("Test") or []
    command = ["/bin/sh", "-c", *check[1:]] if check[:1] == ["CMD-SHELL"] else check[1:]
    return bool(command) and _succeeds(container, command)


def _succeeds(container: Any, command: list[str]) -> bool:
    """Run a command in the container. A command that does not end in time fails, as Docker's own check would."""
    from docker.errors import APIError

    api = container.client.api
    began = time.monotonic()
    try:
        # Reading the output would wait for the end, however late.
        made = api.exec_create(container.id, command, stdout=False, stderr=False)["Id"]
        api.exec_start(made, detach=True)
        while (found := api.exec_inspect(made))["Running"] and time.monotonic() - began < _CHECK:
            pause(began)
    except APIError:
        # A container that restarts, or was paused, runs no command.
        return False
    return bool(found["ExitCode"] == 0)
