"""Files that are put into a container before it starts."""

from __future__ import annotations

import base64
import io
import tarfile
from pathlib import Path

from config.errors import DockerError
from engine.values import Properties


def archive(upload: Properties) -> bytes:
    """A tar archive of one upload, with its path from the root. Raises DockerError for an unreadable source."""
    target = tarfile.TarInfo(str(upload["file"]).lstrip("/"))
    raw = _content(upload)
    target.size = len(raw)
    target.mode = int(str(upload.get("permissions") or ("0744" if upload.get("executable") else "0644")), 8)
    result = io.BytesIO()
    with tarfile.open(fileobj=result, mode="w") as tar:
        tar.addfile(target, io.BytesIO(raw))
    return result.getvalue()


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
