"""Images on a Docker engine, by their names and platforms."""

from __future__ import annotations

from typing import Any

from transport.docker import failures

# Platforms as the tools write these -> as images have these: containerd's `platforms` package.
_ARCHITECTURES = {"x86_64": "amd64", "x86-64": "amd64", "i386": "386", "aarch64": "arm64"}
_OPERATING_SYSTEMS = ("linux", "windows", "freebsd", "darwin")
# The variants that need not be written.
_VARIANTS = {"amd64": "v1", "arm64": "v8", "arm": "v7"}


def find(docker: Any, name: str, platform: str | None = None) -> Any:
    """The image with the name, and for the platform; None if the engine does not have it."""
    from docker.errors import ImageNotFound

    with failures(f"image {name}"):
        try:
            found = docker.images.get(name)
        except ImageNotFound:
            return None
    return found if not platform or _runs_on(found.attrs, platform) else None


def remove(docker: Any, name: str, *, force: bool) -> None:
    """Remove a name; the engine deletes an image with its last name. A name stays while a container uses the image."""
    from docker.errors import APIError, ImageNotFound

    try:
        docker.images.remove(name, force=force)
    except ImageNotFound:
        return
    except APIError as error:
        if error.status_code != 409:
            with failures(f"image {name}"):
                raise


def _runs_on(image: dict[str, Any], platform: str) -> bool:
    """Whether an image is for a platform: `linux`, `arm64`, `linux/arm64`, `linux/arm/v7`."""
    parts = platform.lower().split("/")
    system, rest = (parts[0], parts[1:]) if parts[0] in _OPERATING_SYSTEMS else ("linux", parts)
    if image.get("Os", system) != system:
        return False
    if not rest:
        return True
    wanted, real = _ARCHITECTURES.get(rest[0], rest[0]), str(image.get("Architecture"))
    variants = (rest[1] if len(rest) > 1 else "", str(image.get("Variant") or ""))
    said, has = (text or _VARIANTS.get(wanted, "") for text in variants)
    return wanted == real and said == has
