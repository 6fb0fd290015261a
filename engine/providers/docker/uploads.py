"""Files that are put into a container before it starts."""

from __future__ import annotations

import base64
import grp
import io
import pwd
import tarfile
from collections.abc import Callable
from pathlib import Path

from config.errors import DockerError
from engine.values import Properties


def archive(upload: Properties) -> bytes:
    """A tar archive of one upload, with its path from the root. Raises DockerError for an unreadable source."""
    target = tarfile.TarInfo(str(upload["file"]).lstrip("/"))
    raw = _content(upload)
    target.size = len(raw)
    target.mode = int(str(upload.get("permissions") or ("0744" if upload.get("executable") else "0644")), 8)
    target.uid = _number(upload, "owner", lambda name: pwd.getpwnam(name).pw_uid)
    target.gid = _number(upload, "group", lambda name: grp.getgrnam(name).gr_gid)
    result = io.BytesIO()
    with tarfile.open(fileobj=result, mode="w") as tar:
        tar.addfile(target, io.BytesIO(raw))
    return result.getvalue()


def _number(upload: Properties, key: str, find: Callable[[str], int]) -> int:
    """The id of an owner or group, by default root's. This machine knows the names, as with Pulumi's own provider."""
    said = str(upload.get(key) or "0")
    try:
        return int(said) if said.isdigit() else find(said)
    except KeyError:
        raise DockerError(
            f"upload of {upload['file']}: {key}: expected a number or a name that this machine knows, got {said}"
        ) from None


def _content(upload: Properties) -> bytes:
    if upload.get("contentBase64") is not None:
        return base64.b64decode(str(upload["contentBase64"]))
    if upload.get("content") is not None:
        return str(upload["content"]).encode()
    source = Path(str(upload.get("source") or ""))
    try:
        return source.read_bytes()
    except OSError as error:
        raise DockerError(f"upload of {upload['file']}: {source or 'no source'}: {error.strerror}") from None
