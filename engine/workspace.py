"""The working directory of `pulumi` for a stack: the project, or a separate directory for a lab.

A lab's stack file is committed, and a lab's secrets end with the lab. A separate directory keeps the
file unchanged (Pulumi writes a salt into it) and needs no login.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from config import yaml_text
from config.errors import StateError


def workspace(project_dir: Path, stack: str, state_dir: Path, passphrase: str | None) -> tuple[Path, dict[str, str]]:
    """The directory and the environment for `pulumi`. `passphrase`: set for a lab's stack only."""
    if passphrase is None:
        return project_dir, {}
    home = state_dir / f"{stack}.pulumi"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        project = yaml_text.read((project_dir / "Pulumi.yaml").read_text())
        declared = yaml_text.read((project_dir / f"Pulumi.{stack}.yaml").read_text()) or {}
    except OSError as error:
        raise StateError(f"{error.filename}: {error.strerror}") from None
    runtime = {"name": "python", "options": {"virtualenv": str(project_dir / ".venv")}}
    # JSON is YAML: strings of the stack file stay strings, and a date becomes a string.
    (home / "Pulumi.yaml").write_text(json.dumps({**project, "runtime": runtime, "main": str(project_dir)}))
    file = home / f"Pulumi.{stack}.yaml"
    kept = yaml_text.read(file.read_text()) if file.exists() else {}
    salt = {"encryptionsalt": kept["encryptionsalt"]} if "encryptionsalt" in kept else {}
    file.write_text(json.dumps({**declared, **salt}, default=str))
    backend = home / "backend"
    backend.mkdir(exist_ok=True, mode=0o700)
    environment = {"PULUMI_BACKEND_URL": f"file://{backend}", "PULUMI_CONFIG_PASSPHRASE": passphrase}
    return home, {key: value for key, value in environment.items() if key not in os.environ}
