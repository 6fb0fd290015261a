"""The committed stack files are as the CLI writes them: its commands add lines and change none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
STACKS = sorted(path.name.split(".")[1] for path in PROJECT.glob("Pulumi.*.yaml"))


@pytest.mark.pulumi
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no pulumi on PATH")
@pytest.mark.parametrize("stack", STACKS)
def test_the_cli_adds_lines_and_changes_none(stack: str, tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "__main__.py", f"Pulumi.{stack}.yaml"):
        shutil.copy(PROJECT / name, tmp_path / name)
    (tmp_path / "backend").mkdir()
    env = {**os.environ, "PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}", "PULUMI_CONFIG_PASSPHRASE": "x"}
    for words in (["stack", "init", stack], ["config", "set", "--secret", "-s", stack, "bgpPassword", "x"]):
        subprocess.run(["pulumi", *words], cwd=tmp_path, env=env, check=True, capture_output=True)
    before = (PROJECT / f"Pulumi.{stack}.yaml").read_text().splitlines()
    after = (tmp_path / f"Pulumi.{stack}.yaml").read_text().splitlines()
    added = [line for line in after if line not in before]
    assert [line for line in after if line in before] == before
    assert {line.split(":")[0].strip() for line in added} == {"encryptionsalt", "cilium-edge", "secure"}
