"""Reads Pulumi.yaml and Pulumi.<stack>.yaml as the CLI does; secrets are decrypted or left out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from config import yaml_text
from config.errors import ConfigError, Problem
from engine import project_file
from engine.passphrase import Passphrase


@dataclass(frozen=True)
class StackSettings:
    """The contents of pulumi.Config: plain texts by full key, and the secret keys."""

    project: str
    stack: str
    values: dict[str, str]
    secrets: frozenset[str]

    def object(self, key: str) -> Any:
        """The object under a full key, for use without the program; None if the key is not set."""
        value = self.values.get(key)
        try:
            return None if value is None else json.loads(value)
        except ValueError:
            return value


def read(project_dir: Path, stack: str, passphrase: str | None) -> StackSettings:
    """The settings of a stack. Without a passphrase, secrets are left out: a preview does not need them.

    Raises ConfigError for a file that is missing or not YAML, and for settings that are invalid or not supported.
    """
    declared = _load(project_dir / "Pulumi.yaml", stack)
    project = declared.get("name")
    if not isinstance(project, str) or not project:
        raise ConfigError(stack, [Problem("Pulumi.yaml: name", "the project's name", repr(project))])
    path = project_dir / f"Pulumi.{stack}.yaml"
    if not path.exists():
        there = sorted(p.name.split(".")[1] for p in project_dir.glob("Pulumi.*.yaml"))
        got = f"no such file; the stacks are: {', '.join(there) or 'none'}"
        raise ConfigError(stack, [Problem(path.name, "the stack's file", got)])
    data = _load(path, stack)
    config = data.get("config") or {}
    if not isinstance(config, dict):
        raise ConfigError(stack, [Problem("config", "an object", type(config).__name__)])
    config, secrets, problems = project_file.declared(
        declared, {key if ":" in str(key) else f"{project}:{key}": value for key, value in config.items()}
    )
    problems += project_file.refused(declared, data)
    if problems:
        raise ConfigError(stack, problems)
    salt = data.get("encryptionsalt")
    crypto = Passphrase(passphrase, salt) if passphrase is not None and salt else None
    values: dict[str, str] = {}
    for full, value in config.items():
        if isinstance(value, dict) and set(value) == {"secure"}:
            if crypto is None:
                continue
            values[full] = crypto.decrypt(str(value["secure"]))
            secrets.add(full)
        else:
            opened, secret = _opened(value, crypto)
            values[full] = opened if isinstance(opened, str) else json.dumps(opened, default=str)
            if secret:
                secrets.add(full)
    return StackSettings(project, stack, values, frozenset(secrets))


def _opened(value: Any, crypto: Passphrase | None) -> tuple[Any, bool]:
    """An object with its secure values decrypted (or left out), and whether there were any."""
    if isinstance(value, dict):
        if set(value) == {"secure"} and isinstance(value["secure"], str):
            return (crypto.decrypt(value["secure"]) if crypto else None), True
        pairs = {key: _opened(item, crypto) for key, item in value.items()}
        return {key: item for key, (item, _) in pairs.items()}, any(flag for _, flag in pairs.values())
    if isinstance(value, list):
        items = [_opened(item, crypto) for item in value]
        return [item for item, _ in items], any(flag for _, flag in items)
    return value, False


def _load(path: Path, stack: str) -> dict[str, Any]:
    try:
        data = yaml_text.read(path.read_text())
    except FileNotFoundError:
        raise ConfigError(stack, [Problem(path.name, "a file", "none")]) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where else ""
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ConfigError(stack, [Problem(path.name, "YAML", f"{what}{line}")]) from None
    if not isinstance(data, dict):
        raise ConfigError(stack, [Problem(path.name, "an object", type(data).__name__)])
    return data
