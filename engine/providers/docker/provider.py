"""The provider of docker:index: selects the kind of object by type, and the Docker engine by provider."""

from __future__ import annotations

import threading
from typing import Any

from engine.diff import PropertyChange, touches
from engine.providers.base import Context, DiffResult
from engine.providers.docker import built_images
from engine.providers.docker.built_images import BuiltImages
from engine.providers.docker.containers import Containers
from engine.providers.docker.kinds import Kind
from engine.providers.docker.networks import Networks
from engine.providers.docker.remote_images import RemoteImages
from engine.values import UNKNOWN, Properties
from transport.docker import address, connect

NETWORK = "docker:index/network:Network"
IMAGE = "docker:index/image:Image"
REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage"
CONTAINER = "docker:index/container:Container"
_KINDS: dict[str, Kind] = {
    NETWORK: Networks(),
    IMAGE: BuiltImages(),
    REMOTE_IMAGE: RemoteImages(),
    CONTAINER: Containers(),
}
KINDS = frozenset(_KINDS)
_NAMES = {IMAGE: "imageName"}


class DockerProvider:
    """Applies Docker's objects through the API of the engine at the provider's `host`, otherwise at DOCKER_HOST."""

    def __init__(self) -> None:
        self._engines: dict[str, Any] = {}
        self._lock = threading.Lock()

    def diff(self, kind: str, before: Properties, changes: list[PropertyChange], provider: Properties) -> DiffResult:
        in_place = list(_KINDS[kind].in_place)
        replace = tuple(change.path for change in changes if not touches(change, in_place))
        # The old object has the name and the addresses until it is deleted.
        renamed = any(change.path == _NAMES.get(kind, "name") for change in changes)
        return DiffResult(bool(changes), replace, not renamed or kind in (NETWORK, CONTAINER))

    def checked(self, kind: str, inputs: Properties) -> Properties:
        """The declared inputs with the digest of the files that an image is built from. Inputs may have secrets."""
        return built_images.checked(inputs) if kind == IMAGE else inputs

    def identity(self, kind: str, inputs: Properties) -> str | None:
        name = inputs.get(_NAMES.get(kind, "name"))
        # Several resources may declare the same image.
        return f"{kind}/{name}" if isinstance(name, str) and kind in (NETWORK, CONTAINER) else None

    def preview(self, kind: str, inputs: Properties) -> Properties:
        return {**inputs, **dict.fromkeys(_KINDS[kind].computed(inputs), UNKNOWN)}

    def create(self, kind: str, inputs: Properties, context: Context) -> tuple[str, Properties]:
        return _KINDS[kind].create(self._engine(context), inputs, context)

    def update(
        self, kind: str, id: str, before: Properties, outputs: Properties, inputs: Properties, context: Context
    ) -> Properties:
        return _KINDS[kind].update(self._engine(context), id, before, inputs, context)

    def delete(self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context) -> None:
        _KINDS[kind].delete(self._engine(context), id, inputs, context)

    def read(
        self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context
    ) -> tuple[Properties, Properties] | None:
        return _KINDS[kind].read(self._engine(context), id, inputs, outputs)

    def secret_outputs(self, kind: str, inputs: Properties) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        """Close the connections."""
        for engine in self._engines.values():
            engine.close()

    def _engine(self, context: Context) -> Any:
        where = address(str(context.provider.get("host") or ""))
        with self._lock:
            if where not in self._engines:
                self._engines[where] = connect(where)
            return self._engines[where]
