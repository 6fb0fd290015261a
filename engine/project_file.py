"""Configuration that Pulumi.yaml declares, and settings of both files that this engine does not support."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from config.errors import Problem

_CLI = "(only the Pulumi CLI supports this setting)"


def _whole(value: Any) -> bool:
    if isinstance(value, str):
        return value.removeprefix("-").isdigit()
    return isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer()


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": _whole,
    "boolean": lambda value: isinstance(value, bool) or value in ("true", "false"),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}


def declared(project: Mapping[str, Any], config: Mapping[str, Any]) -> tuple[dict[str, Any], set[str], list[Problem]]:
    """A stack's configuration with the project's additions, the keys that must be secret, and the problems.

    `config` has full keys. For the project's own keys, `default` or `value` applies if the stack has no value. A key
    without either must be in the stack. Keys of other namespaces need no value.
    """
    name = str(project.get("name"))
    result, secrets, problems = dict(config), set(), []
    schema = project.get("config")
    for key, entry in (schema if isinstance(schema, dict) else {}).items():
        full = key if ":" in str(key) else f"{name}:{key}"
        if not isinstance(entry, dict):
            result.setdefault(full, entry)
            continue
        default = entry.get("default", entry.get("value"))
        kind = entry.get("type")
        if entry.get("secret"):
            secrets.add(full)
        if full not in result and default is not None:
            result[full] = default
        elif full not in result and full.startswith(f"{name}:"):
            got = "nothing; set the value with `pulumi config set`" + (" --secret" if entry.get("secret") else "")
            problems.append(Problem(f"config.{full}", f"a value ({kind or 'declared in Pulumi.yaml'})", got))
        if full in result and kind in _TYPES and not _is(result[full], str(kind)):
            problems.append(Problem(f"config.{full}", f"{kind} (Pulumi.yaml)", type(result[full]).__name__))
    return result, secrets, problems


def _is(value: Any, kind: str) -> bool:
    # An encrypted value decrypts to a text; its type is unknown here.
    encrypted = isinstance(value, dict) and set(value) == {"secure"}
    return encrypted or _TYPES[kind](value)


def refused(project: Mapping[str, Any], stack: Mapping[str, Any]) -> Iterator[Problem]:
    """Settings of the project file and the stack file that this engine would otherwise ignore."""
    runtime = project.get("runtime")
    language = runtime.get("name") if isinstance(runtime, dict) else runtime
    if language not in (None, "python"):
        yield Problem("Pulumi.yaml: runtime", "python", f"{language} {_CLI}")
    if project.get("stackConfigDir"):
        yield Problem("Pulumi.yaml: stackConfigDir", "no value", f"{project['stackConfigDir']} {_CLI}")
    options = project.get("options")
    if isinstance(options, dict) and options.get("refresh"):
        yield Problem(
            "Pulumi.yaml: options.refresh", "no value; use `--refresh` instead", f"{options['refresh']} {_CLI}"
        )
    if project.get("main") not in (None, ".", "./", "__main__.py"):
        yield Problem("Pulumi.yaml: main", "the project's own directory", f"{project['main']} {_CLI}")
    if stack.get("environment"):
        yield Problem("environment", "no value", f"environments of Pulumi ESC {_CLI}")
    if stack.get("secretsprovider") not in (None, "", "passphrase"):
        yield Problem("secretsprovider", "passphrase", f"{stack['secretsprovider']} {_CLI}")
    elif stack.get("encryptedkey"):
        yield Problem("encryptedkey", "no value", f"a key of a cloud's service {_CLI}")
