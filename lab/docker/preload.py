"""Unpacks the images of Pods in a node, so that no node of a stack imports images at its start."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from config.errors import LabError
from lab.docker.contents import node
from lab.places import CACHE

_STORE = "/var/lib/containerd"


def store(docker: Any, names: list[str], file: IO[bytes]) -> None:
    """Import and unpack images in the containerd of a node, and write containerd's store to a file, as a tar."""
    from docker.types import Mount

    container = docker.containers.run(
        node().name,
        detach=True,
        privileged=True,
        network_mode="none",
        tmpfs={"/run": "", "/tmp": ""},
        cgroupns="private",
        # containerd unpacks images for overlayfs, and overlayfs cannot lie on overlayfs.
        mounts=[Mount("/var", None)],
    )
    try:
        deadline = time.monotonic() + 60
        while container.exec_run(["ctr", "version"]).exit_code != 0:
            if time.monotonic() > deadline:
                raise LabError(f"images of Pods: containerd did not start: docker logs {container.short_id}")
            time.sleep(0.5)
        with tempfile.NamedTemporaryFile(dir=CACHE / "docker", suffix=".tar") as archive:
            for chunk in _saved(docker, names):
                archive.write(chunk)
            archive.flush()
            _import(container, Path(archive.name))
        _in(container, "systemctl stop containerd")
        # containerd opens the blobs of unpacked images, but never reads them again.
        _in(container, f"find {_STORE}/io.containerd.content.v1.content/blobs -size +1M -exec truncate -s 0 {{}} +")
        for chunk in container.get_archive(_STORE)[0]:
            file.write(chunk)
    finally:
        container.remove(force=True, v=True)


def _import(container: Any, archive: Path) -> None:
    """Import an archive of this machine in a container, through the container's root as this machine sees it."""
    container.reload()
    target = Path(f"/proc/{container.attrs['State']['Pid']}/root/var/lib/images.tar")
    shutil.copyfile(archive, target)
    _in(container, "ctr -n k8s.io images import /var/lib/images.tar && rm /var/lib/images.tar")


def _in(container: Any, script: str) -> None:
    done = container.exec_run(["sh", "-euc", script])
    if done.exit_code != 0:
        words = done.output.decode(errors="replace").strip().splitlines() or ["no output"]
        raise LabError(f"images of Pods: {script.split(' ')[0]}: {words[-1]}")


def _saved(docker: Any, names: list[str]) -> Iterator[bytes]:
    """`docker save` of several images, which the Python library does not offer."""
    answer = docker.api.get(docker.api._url("/images/get"), params={"names": names}, stream=True)
    answer.raise_for_status()
    yield from answer.iter_content(1 << 20)
