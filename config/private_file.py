"""Files that only their owner may read: keys, kubeconfigs, states."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file with mode 0600, whatever the mode of a file that was there; readers see the old or the new file.

    Raises OSError; the old file is then as it was. A pipe or a device is written as it is.
    """
    raw = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(raw)
        return
    # A link stays a link.
    target = path.resolve()
    # mkstemp makes its files with mode 0600.
    descriptor, part = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            Path(part).unlink()
        raise
