"""docker:index/remoteImage:RemoteImage: an image by its name, on the engine or in a registry."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from config.errors import DockerError
from engine.providers.base import Context
from engine.providers.docker import images
from engine.values import Properties
from transport.docker import failures


class RemoteImages:
    """The image on the engine, otherwise the registry's image. With `pullTriggers` the registry is asked first."""

    in_place = frozenset({"keepLocally", "forceRemove"})

    def computed(self, inputs: Properties) -> tuple[str, ...]:
        return ("imageId", "repoDigest")

    def create(self, docker: Any, inputs: Properties, context: Context) -> tuple[str, Properties]:
        name, platform = str(inputs["name"]), inputs.get("platform")
        found = images.find(docker, name, platform)
        if found is None:
            found = _pulled(docker, name, platform, context)
        elif inputs.get("pullTriggers"):
            # A changed trigger replaces the resource, and the image of before may have stayed on the engine.
            # Docker's provider for Pulumi takes such an image: an engine without a way to the registry keeps it.
            with suppress(DockerError):
                found = _pulled(docker, name, platform, context)
        return f"{found.id}{name}", _outputs(inputs, found)

    def update(self, docker: Any, id: str, before: Properties, inputs: Properties, context: Context) -> Properties:
        found = images.find(docker, str(inputs["name"]))
        return _outputs(inputs, found or _pulled(docker, str(inputs["name"]), inputs.get("platform"), context))

    def delete(self, docker: Any, id: str, inputs: Properties, context: Context) -> None:
        if not inputs.get("keepLocally") and id:
            images.remove(docker, str(inputs["name"]), force=bool(inputs.get("forceRemove")))

    def read(
        self, docker: Any, id: str, inputs: Properties, outputs: Properties
    ) -> tuple[Properties, Properties] | None:
        name = str(inputs["name"])
        found = images.find(docker, name)
        # A registry may give another platform than the wanted one: that image is still the one that was pulled.
        if found is None or (f"{found.id}{name}" != id and images.find(docker, name, inputs.get("platform")) is None):
            return None
        return inputs, _outputs(inputs, found)


def _pulled(docker: Any, name: str, platform: str | None, context: Context) -> Any:
    """The image, from its registry. Raises DockerError, also for a failure after the first bytes."""
    from docker.utils import parse_repository_tag

    repository, tag = parse_repository_tag(name)
    context.waiting(f"image {name} from its registry")
    what = f"image {name}: the pull failed"
    with failures(what):
        # `images.pull` of the library ignores failures that come within the answer.
        for line in docker.api.pull(repository, tag or "latest", stream=True, decode=True, platform=platform):
            if "error" in line:
                raise DockerError(f"{what}: {line['error']}")
    found = images.find(docker, name)
    if found is None:
        raise DockerError(f"{what}: expected the image on the engine afterwards, got none; pull it: docker pull {name}")
    return found


def _outputs(inputs: Properties, found: Any) -> Properties:
    digests = found.attrs.get("RepoDigests") or []
    return {**inputs, "imageId": found.id, "repoDigest": digests[0] if digests else str(inputs["name"])}
