"""Builds images on this machine, from Debian packages and the lab's binaries."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import LabError
from lab.docker import preload, trees
from lab.docker.contents import BASE, KUBERNETES, Contents, node, of_pods, outpost, python, router
from lab.docker.engine import OURS
from lab.places import CACHE

Say = Callable[[str], None]
# The disk space of all images together.
GIGABYTES = 4
# The image of nodes, which contains the images of Pods.
NODE = f"cilium-edge/node:v{KUBERNETES.version}"
# The label with the key of an image. An image with another key is rebuilt.
_LABEL = "cilium-edge.key"
# Seconds of a cold build on two cores.
_BASE_SECONDS, _EACH_SECONDS, _PRELOAD_SECONDS = 160, 15, 40
# A new text rebuilds the preloaded image. Change it with the way in which the image is made.
_PRELOADED = "3"
# The store of containerd in the image, for node-prepare. What is below /var, Docker copies for each node: 1.5 GB.
_SHARED = "/usr/lib/node-images"


@dataclass(frozen=True)
class Image:
    """One line of `edge lab docker status`."""

    name: str
    there: bool
    megabytes: int


def inventory() -> list[Image]:
    """The images that stacks of kind docker run as containers, and whether each exists. The engine must run."""
    docker = _client()
    try:
        found = [_find(docker, name) for name in (NODE, router().name, outpost().name)]
    finally:
        docker.close()
    return [
        Image(name, one is not None, round(one.attrs["Size"] / 1e6) if one else 0)
        for name, one in zip((NODE, router().name, outpost().name), found, strict=True)
    ]


def estimate_cold() -> int:
    """Seconds that `make` takes on two cores without any image. Queries no engine."""
    return _BASE_SECONDS + len(_all()) * _EACH_SECONDS + _PRELOAD_SECONDS


def estimate() -> int:
    """Seconds that `make` will take on two cores; 0 if every image is up to date. The engine must run."""
    docker = _client()
    try:
        base = trees.base_key()
        keys = {each.name: _key(each, base) for each in _all()}
        stale = [name for name, key in keys.items() if _key_of(docker, name) != key]
        preload = _key_of(docker, NODE) != _preloaded_key(keys)
        imported = _key_of(docker, BASE) == base
        return (
            (0 if imported else _BASE_SECONDS)
            + len(stale) * _EACH_SECONDS
            + (_PRELOAD_SECONDS if preload or stale or not imported else 0)
        )
    finally:
        docker.close()


def make(say: Say) -> None:
    """Build every missing or outdated image. The engine must run. Raises LabError."""
    docker = _client()
    try:
        base, pods = _base(docker, say), of_pods()
        keys = {each.name: _built(docker, each, base, say) for each in _all()}
        key = _preloaded_key(keys)
        if _key_of(docker, NODE) != key:
            say(f"image {NODE}: {len(pods)} images for its Pods")
            _preloaded(docker, [each.name for each in pods], key)
        # An image that another one of the same name replaces stays without a name, up to 2 GB each.
        docker.images.prune({"dangling": True, "label": _LABEL})
    finally:
        docker.close()


def _all() -> tuple[Contents, ...]:
    """Every image that is built on the base, each after the images that it needs."""
    return (router(), outpost(), node(), python(), *of_pods())


def _client() -> Any:
    from docker import DockerClient

    return DockerClient(base_url=OURS.host, timeout=600)


def _base(docker: Any, say: Say) -> str:
    """Import the base image if it is missing or outdated; returns its key."""
    key = trees.base_key()
    if _key_of(docker, BASE) != key:
        say(f"image {BASE}: Debian's packages, about {_BASE_SECONDS} s")
        repository, _, tag = BASE.partition(":")
        docker.api.import_image_from_file(str(trees.base()), repository, tag, changes=[f"LABEL {_LABEL}={key}"])
    return key


def _built(docker: Any, contents: Contents, base: str, say: Say) -> str:
    """Build an image if it is missing or outdated; returns its key."""
    key = _key(contents, base)
    if _key_of(docker, contents.name) == key:
        return key
    say(f"image {contents.name}")
    with tempfile.TemporaryDirectory(dir=CACHE / "docker") as directory:
        context = Path(directory)
        for place, source in contents.files().items():
            target = context / place
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                _link(source, target)
        _build(docker, contents.name, contents.dockerfile, context, key, dict(contents.args))
    return key


def _build(
    docker: Any, name: str, dockerfile: str, context: Path, key: str, args: dict[str, str] | None = None
) -> None:
    from docker.errors import APIError, BuildError

    (context / "Dockerfile").write_text(f"{dockerfile}LABEL {_LABEL}={key}\n")
    try:
        docker.images.build(path=str(context), tag=name, buildargs=args, rm=True, forcerm=True)
    except BuildError as error:
        raise LabError(f"image {name}: {error.msg}") from None
    except APIError as error:
        raise LabError(f"image {name}: {error.explanation}") from None


def _preloaded(docker: Any, names: list[str], key: str) -> None:
    """Make the image of nodes with the images of Pods."""
    with tempfile.TemporaryDirectory(dir=CACHE / "docker") as directory:
        with (Path(directory) / "store.tar").open("wb") as file:
            preload.store(docker, names, file)
        _build(docker, NODE, f"FROM {node().name}\nADD store.tar {_SHARED}/\n", Path(directory), key)


def _key_of(docker: Any, name: str) -> str | None:
    found = _find(docker, name)
    return None if found is None else (found.labels or {}).get(_LABEL)


def _find(docker: Any, name: str) -> Any:
    from docker.errors import ImageNotFound

    try:
        return docker.images.get(name)
    except ImageNotFound:
        return None


def _preloaded_key(keys: dict[str, str]) -> str:
    return _digest(_PRELOADED, *(keys[each.name] for each in (node(), *of_pods())))


def _key(contents: Contents, base: str) -> str:
    """A digest of an image's contents: base, name, Dockerfile, arguments, binaries, and the project's own files."""
    own = (
        path.read_bytes()
        for place in contents.own
        for path in (place, *sorted(place.rglob("*")))
        if path.is_file() and path.suffix != ".pyc"
    )
    return _digest(
        base,
        contents.name,
        contents.dockerfile,
        repr(contents.args),
        *(part.key for part in contents.parts),
        *(hashlib.sha256(text).hexdigest() for text in own),
    )


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
