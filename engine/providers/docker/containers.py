"""docker:index/container:Container: made under another name, and given its own when it runs and is well."""

from __future__ import annotations

import copy
import time
from contextlib import suppress
from typing import Any

from config.errors import DockerError
from engine.providers.base import Context
from engine.providers.docker import container_state, images, limits, ports, specification, uploads, wellness
from engine.providers.docker.kinds import MARK, REPLACED, digest, taken
from engine.values import Properties
from transport.docker import failures
from transport.pauses import pause

# What an unfinished one is called. Docker renames in one step: a name of the stack's is a container that is well.
_UNFINISHED = ".edge-unfinished"
_CREATE = 600.0
_GRACE = 10


class Containers:
    """Almost every change makes a container anew; Docker changes the rest of a running one."""

    in_place = frozenset(
        {
            "restart",
            "maxRetryCount",
            "memory",
            "memorySwap",
            "memoryReservation",
            "cpuShares",
            "cpuSet",
            # Of how it is made, waited for and removed, not of what it is.
            "wait",
            "waitTimeout",
            "destroyGraceSeconds",
            "removeVolumes",
            "mustRun",
            "start",
            container_state.DRIFTED,
            container_state.RENAMED,
        }
    )

    def computed(self, inputs: Properties) -> tuple[str, ...]:
        return ("containerId", "bridge", "networkDatas", *(("ports",) if ports.chosen(inputs) else ()))

    def create(self, docker: Any, inputs: Properties, context: Context) -> tuple[str, Properties]:
        name = str(inputs["name"])
        found = _get(docker, name)
        if found is not None:
            if found.labels.get(MARK) != digest(inputs):
                raise taken(f"container {name}", f"docker rm -f {name}")
            # A run that was cut off right after the last step.
            return str(found.id), container_state.outputs(inputs, found)
        with failures(f"container {name}"):
            _remove(_get(docker, name + _UNFINISHED), 0, volumes=True)
        if images.find(docker, str(inputs["image"])) is None:
            raise DockerError(
                f"container {name}: the engine does not have image {inputs['image']}; declare the image as a"
                " RemoteImage or an Image, or make the image first"
            )
        made = None
        try:
            with failures(f"container {name}"):
                made = self._made(docker, name, inputs)
                if inputs.get("start") is not False:
                    made.start()
                    wellness.awaited(made, inputs, context)
                made.rename(name)
                made.reload()
        except BaseException:
            # Nothing half made is left, whatever ends it.
            _discard(made)
            raise
        return str(made.id), container_state.outputs(inputs, made)

    def update(self, docker: Any, id: str, before: Properties, inputs: Properties, context: Context) -> Properties:
        found = _get(docker, id)
        if found is None:
            raise DockerError(f"container {inputs['name']}: does not exist any more; run edge refresh, and try again")
        with failures(f"container {inputs['name']}"):
            if found.name != inputs["name"]:
                found.rename(inputs["name"])
            found.update(**limits.limits(inputs))
            if container_state.starts(before, inputs):
                if found.status == "paused":
                    found.unpause()
                # Does nothing where it runs.
                found.start()
                wellness.awaited(found, inputs, context)
            found.reload()
        return container_state.outputs(inputs, found)

    def delete(self, docker: Any, id: str, inputs: Properties, context: Context) -> None:
        name = str(inputs["name"])
        with failures(f"container {name}"):
            _remove(_get(docker, name + _UNFINISHED), 0, volumes=True)
        found = _get(docker, id or name)
        if found is None and id:
            found = _get(docker, name) if inputs.get(REPLACED) else None
        elif found is not None and not id and found.labels.get(MARK) != digest(inputs):
            return
        grace = int(inputs.get("destroyGraceSeconds") or _GRACE)
        with failures(f"container {name}"):
            _remove(found, grace, volumes=inputs.get("removeVolumes") is not False)

    def read(
        self, docker: Any, id: str, inputs: Properties, outputs: Properties
    ) -> tuple[Properties, Properties] | None:
        found = _get(docker, id) or _get(docker, str(inputs["name"]))
        if found is None:
            return None
        return container_state.observed(docker, id, inputs, found), container_state.outputs(inputs, found)

    def _made(self, docker: Any, name: str, inputs: Properties) -> Any:
        """Created, on all of its networks, with its files in it."""
        api, networks = docker.api, inputs.get("networksAdvanced") or ()
        made = docker.containers.get(_created(docker, specification.configuration(api, inputs), name))
        try:
            if networks and (inputs.get("networkMode") or specification.BRIDGE) == specification.BRIDGE:
                # Docker's provider for Pulumi moves containers in this way, and would replace a container with another
                # network mode.
                api.disconnect_container_from_network(made.id, specification.BRIDGE)
            for network in networks:
                api.connect_container_to_network(made.id, network["name"], **specification.endpoint(network))
            for upload in inputs.get("uploads") or ():
                made.put_archive("/", uploads.archive(upload))
        except BaseException:
            _discard(made)
            raise
        return made


def _created(docker: Any, configuration: Any, name: str) -> str:
    """The id of a container under the name of an unfinished one."""
    from docker.errors import APIError

    # The engine copies what the image has in its volumes, and answers afterwards: minutes, where disks are slow.
    patient = copy.copy(docker.api)
    patient.timeout = _CREATE
    began = time.monotonic()
    while True:
        try:
            return str(patient.create_container_from_config(configuration, name + _UNFINISHED)["Id"])
        except APIError as error:
            # The engine may still be at work for a run that was cut off: nobody can see that container until then.
            if error.status_code != 409 or time.monotonic() - began > _CREATE:
                raise
        _remove(_get(docker, name + _UNFINISHED), 0, volumes=True)
        pause(began)


def _get(docker: Any, name: str) -> Any:
    from docker.errors import NotFound

    with failures(f"container {name}"):
        try:
            return docker.containers.get(name) if name else None
        except NotFound:
            return None


def _discard(container: Any) -> None:
    """Remove what was begun. An engine that has ended keeps it; the next create finds it by its name."""
    with suppress(DockerError), failures("container"):
        _remove(container, 0, volumes=True)


def _remove(container: Any, grace: int, *, volumes: bool) -> None:
    from docker.errors import APIError

    if container is None:
        return
    try:
        if grace:
            container.stop(timeout=grace)
        container.remove(v=volumes, force=True)
    except APIError as error:
        # Gone, or going.
        if error.status_code not in (404, 409):
            raise
