"""docker:index/image:Image: an image that is built from a directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.errors import DockerError
from engine.providers.base import Context
from engine.providers.docker import images
from engine.values import Properties
from transport.docker import failures


class BuiltImages:
    """An image that is built from a directory. Only inputs are compared: its tag must change with its content."""

    in_place: frozenset[str] = frozenset()

    def computed(self, inputs: Properties) -> tuple[str, ...]:
        return ("baseImageName", "imageId", "repoDigest")

    def create(self, docker: Any, inputs: Properties, context: Context) -> tuple[str, Properties]:
        name, build = str(inputs["imageName"]), inputs.get("build") or {}
        directory = Path(str(build.get("context") or "."))
        if not directory.is_dir():
            raise DockerError(f"image {name}: expected a directory as build.context, got {directory}")
        context.waiting(f"image {name} to be built")
        with failures(f"image {name}: the build failed"):
            found, _ = docker.images.build(
                path=str(directory.resolve()),
                dockerfile=_dockerfile(name, build.get("dockerfile")),
                tag=name,
                buildargs=build.get("args"),
                target=build.get("target"),
                network_mode=build.get("network"),
                platform=build.get("platform"),
                rm=True,
                forcerm=True,
            )
        return name, self._outputs(inputs, found)

    def update(self, docker: Any, id: str, before: Properties, inputs: Properties, context: Context) -> Properties:
        return self.create(docker, inputs, context)[1]

    def delete(self, docker: Any, id: str, inputs: Properties, context: Context) -> None:
        """Keep the image as a cache, as Pulumi's own provider does."""

    def read(self, docker: Any, id: str, inputs: Properties) -> tuple[Properties, Properties] | None:
        found = images.find(docker, str(inputs["imageName"]))
        return None if found is None else (inputs, self._outputs(inputs, found))

    def _outputs(self, inputs: Properties, found: Any) -> Properties:
        name = str(inputs["imageName"])
        return {**inputs, "baseImageName": name.rpartition(":")[0] or name, "imageId": found.id, "repoDigest": name}


def _dockerfile(image: str, said: Any) -> str | None:
    """The absolute path of the Dockerfile. Pulumi's own provider takes it from the working directory, too."""
    if said is None:
        return None
    file = Path(str(said))
    if not file.is_file():
        raise DockerError(
            f"image {image}: build.dockerfile: expected a file, by its path from the working directory, got {file}"
        )
    return str(file.resolve())
