"""A deployed stack by way of Pulumi, and its state on the way from one engine to the other."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

from tests.e2e.harness import Edge


def hand_over(giver: Edge, taker: Edge) -> None:
    """The state goes from one engine to the other."""
    file = giver.dir / "handover.json"
    giver.run("stack", "export", "--file", str(file))
    count = len(json.loads(file.read_text())["deployment"]["resources"])
    assert f"imported {count} resources" in taker.run("stack", "import", str(file)).stderr
    file.unlink()


def forget(edge: Edge) -> None:
    """Pulumi has never heard of the stack."""
    shutil.rmtree(edge.home / "state" / f"{edge.stack}.pulumi", ignore_errors=True)


class ByPulumi(Edge):
    """The same project and lab by way of Pulumi."""

    def __init__(self, edge: Edge) -> None:
        self.__dict__.update(edge.by("pulumi").__dict__)

    def run(self, *words: str, **how: Any) -> subprocess.CompletedProcess[str]:
        files = self._files()
        done = super().run(*words, **how)
        # Pulumi writes a salt into the stack file that it works with: never into the committed one.
        assert self._files() == files
        return done

    def _files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.dir.glob("Pulumi*.yaml")}
