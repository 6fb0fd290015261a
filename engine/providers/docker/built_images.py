"""docker:index/image:Image: an image that is built from a directory."""

from __future__ import annotations

from typing import Any

from config.errors import DockerError
from engine.providers.base import Context
from engine.providers.docker import images
from engine.providers.docker.build_context import context_of
from engine.values import Properties, has_unknown, plain
from transport.docker import failures

# Output, and key within an observed `build`: the digest of the files that the image was built from.
_DIGEST = "contextDigest"


class BuiltImages:
    """An image that is built from a directory. Every change builds again; the image of before is Docker's cache."""

    in_place = frozenset({"imageName", "build", "skipPush", "buildOnPreview"})

    def computed(self, inputs: Properties) -> tuple[str, ...]:
        return ("baseImageName", "imageId", "repoDigest", _DIGEST)

    def create(self, docker: Any, inputs: Properties, context: Context) -> tuple[str, Properties]:
        name, build = str(inputs["imageName"]), inputs.get("build") or {}
        source = context_of(name, build)
        source.check(build.get("builderVersion"))
        digest = source.digest()
        context.waiting(f"image {name} to be built")
        with failures(f"image {name}: the build failed"):
            found, _ = docker.images.build(
                path=str(source.directory),
                dockerfile=str(source.dockerfile),
                tag=name,
                buildargs=build.get("args"),
                target=build.get("target"),
                network_mode=build.get("network"),
                platform=build.get("platform"),
                rm=True,
                forcerm=True,
            )
        return name, _outputs(inputs, found, digest)

    def update(self, docker: Any, id: str, before: Properties, inputs: Properties, context: Context) -> Properties:
        return self.create(docker, inputs, context)[1]

    def delete(self, docker: Any, id: str, inputs: Properties, context: Context) -> None:
        """Keep the image as a cache, as Pulumi's own provider does."""

    def read(
        self, docker: Any, id: str, inputs: Properties, outputs: Properties
    ) -> tuple[Properties, Properties] | None:
        found = images.find(docker, str(inputs["imageName"]))
        if found is None:
            return None
        build = {key: value for key, value in (inputs.get("build") or {}).items() if key != _DIGEST}
        built = str(outputs.get(_DIGEST) or "")
        if built and _differs(str(inputs["imageName"]), build, built):
            # The program declares no digest: the next `up` builds.
            inputs = {**inputs, "build": {**build, _DIGEST: built}}
        return inputs, _outputs(inputs, found, built)


def checked(inputs: Properties) -> Properties:
    """The inputs with the digest of the files; without a digest where the files are not known or not there yet."""
    name, build = inputs.get("imageName"), inputs.get("build") or {}
    if has_unknown(build) or not isinstance(build, dict):
        return inputs
    try:
        return {**inputs, "build": {**build, _DIGEST: context_of(str(name), plain(build)).digest()}}
    except DockerError:
        return inputs


def _differs(image: str, build: Properties, built: str) -> bool:
    """Whether the files are others than those that the image was built from. False where these files are not."""
    try:
        return context_of(image, build).digest() != built
    except DockerError:
        return False


def _outputs(inputs: Properties, found: Any, digest: str) -> Properties:
    """As Docker's provider for Pulumi has these for an image that is not pushed."""
    known = {"baseImageName": str(inputs["imageName"]), "imageId": found.id, "repoDigest": found.id}
    return {**inputs, **known, **({_DIGEST: digest} if digest else {})}
