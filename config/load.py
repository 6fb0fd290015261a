"""The only reader of the stack's configuration: pulumi.Config -> StackConfig, or a ConfigError."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.base import yaml_name
from config.errors import ConfigError, Problem
from config.stack import StackConfig, broken_references

PROJECT = "cilium-edge"


def load() -> StackConfig:
    """The StackConfig of the stack that Pulumi runs.

    Raises ConfigError with every problem at once.
    """
    import pulumi  # the SDK takes most of a second to import, and parse() does without it

    document = pulumi.Config(PROJECT).get_object("stack")
    return parse(document, pulumi.get_stack())


def parse(document: Any, stack: str) -> StackConfig:
    """A StackConfig from the object under `cilium-edge:stack`."""
    if not isinstance(document, dict):
        got = "nothing" if document is None else type(document).__name__
        raise ConfigError(stack, [Problem("cilium-edge:stack", "an object", got)])
    try:
        config = StackConfig.model_validate(document)
    except ValidationError as error:
        details = error.errors(include_url=False)
        # pydantic drops a wrong entry from its list and then finds the list too short: one is enough.
        outer = {detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))}
        real = [d for d in details if not (d["type"] == "too_short" and d["loc"] in outer)]
        problems = [_problem(detail, document) for detail in real]
        raise ConfigError(stack, problems) from None
    except RecursionError:
        raise ConfigError(stack, [Problem("stack", "a flat document", "deep nesting")]) from None
    broken = list(broken_references(config))
    if broken:
        raise ConfigError(stack, broken)
    return config


def _problem(detail: ErrorDetails, document: Any) -> Problem:
    message = detail["msg"].removeprefix("Value error, ")
    path, got = _locate(detail["loc"], document, detail["type"])
    match detail["type"]:
        case "missing":
            return Problem(path, "a value (the key is required)", "nothing")
        case "extra_forbidden":
            return Problem(path, "no such key", "one (a typo, or the wrong place)")
        case "value_error":
            return Problem(path, message, got)
        case "string_pattern_mismatch":
            return Problem(path, f"a text that matches {detail.get('ctx', {}).get('pattern')}", got)
        case _:
            expected = message.removeprefix("Input should be ").removeprefix("a valid ")
            return Problem(path, expected, got)


def _locate(loc: tuple[int | str, ...], document: Any, kind: str) -> tuple[str, str]:
    """YAML path and value: pydantic's location also names union branches, which the file has not."""
    path = ""
    here: Any = document
    missing = False
    for step in loc:
        if isinstance(step, int) and isinstance(here, list) and step < len(here):
            path, here = f"{path}[{step}]", here[step]
        elif isinstance(step, str) and isinstance(here, dict):
            key = step if step in here else yaml_name(step)
            if key in here:
                here = here[key]
            elif step in ("lab", "existing", "[key]"):
                continue
            elif step == loc[-1] and kind == "missing":
                missing = True
            else:
                continue
            path = f"{path}.{key}" if path else key
            if missing:
                break
    if loc and loc[-1] == "[key]":
        here = loc[-2]
    return path or "cilium-edge:stack", "nothing" if missing else _shown(here)


def _shown(value: Any) -> str:
    text = repr(value) if not isinstance(value, (dict, list)) else f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."
