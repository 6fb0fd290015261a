"""The directory and the Dockerfile that an image is built from."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from config.errors import DockerError
from engine.values import Properties
from transport.libraries import load

# An instruction may go on after a backslash.
_MOUNT = re.compile(r"^[ \t]*RUN(?:\s|\\\n)+(?:--\S+(?:\s|\\\n)+)*--mount\b", re.IGNORECASE | re.MULTILINE)
_BUILDKIT = "BuilderBuildKit"
_USE = "the built-in engine uses Docker's classic builder; use that, or the Pulumi CLI (EDGE_ENGINE=pulumi)"


@dataclass(frozen=True)
class BuildContext:
    """The absolute paths of an image's directory and of its Dockerfile."""

    image: str
    directory: Path
    dockerfile: Path

    def digest(self) -> str:
        """SHA-256 of all that the builder gets: names, modes and contents. Raises DockerError for unreadable files."""
        # Nothing has connected to an engine yet, and several threads may be here.
        load("docker")
        from docker.utils.build import exclude_paths

        inside = os.path.relpath(self.dockerfile, self.directory)
        known = None if inside.startswith("..") else inside
        result = sha256()
        try:
            with self.dockerfile.open("rb") as file:
                result.update(file_digest(file, "sha256").digest())
            for name in sorted(exclude_paths(str(self.directory), self._ignored(), dockerfile=known)):
                result.update(_entry(name, self.directory / name))
        except OSError as error:
            raise DockerError(
                f"image {self.image}: build.context: expected readable files, got {error.filename}: {error.strerror};"
                " correct the file, or name it in .dockerignore"
            ) from None
        return result.hexdigest()

    def check(self, builder: str | None) -> None:
        """Raise DockerError for a build that needs BuildKit."""
        if builder == _BUILDKIT:
            raise DockerError(f"image {self.image}: build.builderVersion: expected BuilderV1, got {builder}: {_USE}")
        text = self.dockerfile.read_text(errors="replace")
        if found := _MOUNT.search(text):
            line = text.count("\n", 0, found.start()) + 1
            raise DockerError(
                f"image {self.image}: {self.dockerfile}, line {line}: RUN --mount needs BuildKit, and {_USE}"
            )

    def _ignored(self) -> list[str]:
        """The patterns of .dockerignore, as the library reads them for a build."""
        file = self.directory / ".dockerignore"
        lines = [line.strip() for line in file.read_text().splitlines()] if file.exists() else []
        return [line for line in lines if line and not line.startswith("#")]


def context_of(image: str, build: Properties) -> BuildContext:
    """The context of an image's `build`. Raises DockerError if there is no such directory or Dockerfile.

    Docker's provider for Pulumi takes both paths from the working directory, too.
    """
    directory = Path(str(build.get("context") or "."))
    if not directory.is_dir():
        raise DockerError(f"image {image}: expected a directory as build.context, got {directory}")
    said = build.get("dockerfile")
    dockerfile = directory / "Dockerfile" if said is None else Path(str(said))
    if not dockerfile.is_file():
        raise DockerError(
            f"image {image}: build.dockerfile: expected a file, by its path from the working directory,"
            f" got {dockerfile}"
        )
    return BuildContext(image, directory.resolve(), dockerfile.resolve())


def _entry(name: str, path: Path) -> bytes:
    """What one file, link or directory adds to a digest. A changed date adds nothing."""
    found = path.lstat()
    content = b""
    if stat.S_ISLNK(found.st_mode):
        content = str(path.readlink()).encode()
    elif stat.S_ISREG(found.st_mode):
        with path.open("rb") as file:
            content = file_digest(file, "sha256").digest()
    head = f"{name}\0{stat.filemode(found.st_mode)}\0".encode()
    return sha256(head + content).digest()
