"""Files with keys and states, for their owner alone."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from config.private_file import write_private


@pytest.mark.parametrize("before", [None, 0o644, 0o666])
def test_only_the_owner_reads_it(tmp_path: Path, before: int | None) -> None:
    file = tmp_path / "file"
    if before is not None:
        file.write_text("of before, and longer")
        file.chmod(before)
    write_private(file, "new")
    assert file.read_text() == "new" and file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_reader_of_the_old_file_never_reads_the_new_content(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    with file.open() as opened:
        write_private(file, b"new")
        assert opened.read() == "old"


def test_a_link_stays_and_a_file_that_cannot_be_written_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)
    write_private(link, "new")
    assert link.is_symlink() and file.read_text() == "new"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private(file, "newer")
    assert file.read_text() == "new" and sorted(tmp_path.iterdir()) == [file, link]


def test_a_pipe_is_no_file_to_replace(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_private(pipe, "through")
    reader.join(10)
    assert read == ["through"] and pipe.is_fifo()
