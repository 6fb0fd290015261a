"""The list of a lab's boots, which only saves work."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.booted import _read


@pytest.mark.parametrize("damaged", ["", "{", "[1]", "7", "null", '{"a": 7}', '{"a": ["b"]}', '{"a": null}'])
def test_a_damaged_list_is_as_good_as_none(tmp_path: Path, damaged: str) -> None:
    file = tmp_path / "boots"
    assert _read(file) == {}
    file.write_text(damaged)
    assert _read(file) == {}
