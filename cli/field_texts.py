"""Fields of a JSON schema as text: types, defaults, descriptions and examples, for pages in Markdown."""

from __future__ import annotations

import re
from typing import Any

import yaml

from config.problems import PATTERNS

Schema = dict[str, Any]
# Title of a type -> an example of it.
TYPES = {
    "IP address": "192.168.10.200",
    "IP prefix": "10.10.1.0/24",
    "IP address with prefix length": "192.168.10.200/24",
    "AS number": "65000",
    "MAC address": '"02:00:00:00:00:01"',
}


def members(one: Schema) -> list[Schema]:
    """The alternative types of a value, without null."""
    return [each for key in ("anyOf", "oneOf") for each in one.get(key, ()) if each.get("type") != "null"]


def flow(value: Any) -> str:
    """A value as YAML in one line; only the first entry of a list."""
    one = value[:1] if isinstance(value, list) else value
    text: str = yaml.safe_dump(one, default_flow_style=True, width=1000)
    return text.removesuffix("...\n").strip()


def default_text(one: Schema, required: bool) -> str:
    """The default as text: `required`, `unset`, `empty` or the value."""
    if required:
        return "required"
    match one.get("default"):
        case None:
            return "unset"
        case [] | "":
            return "empty"
        case dict() as below:
            return "its fields' own" if below else "empty"
        case bool() as said:
            return f"`{str(said).lower()}`"
        case other:
            return f"`{other}`"


def number(one: Schema) -> str:
    """The type of a number, with its limits."""
    least, most = one.get("minimum"), one.get("maximum")
    if least is not None and most is not None:
        return f"number, {least} to {most}"
    return "number"


def length(one: Schema) -> str:
    """The type of a text, with its limits."""
    least, most = one.get("minLength"), one.get("maxLength")
    if most:
        return f"text of {least or 0} to {most} characters"
    return f"text of {least} characters or more" if least else "text"


def example_of(one: Schema) -> str:
    """A value of the type, different from the default."""
    types = members(one)
    if types:
        return next(filter(None, (example_of({**each, "default": one.get("default")}) for each in types)), "")
    if "enum" in one or "const" in one:
        values = [value for value in one.get("enum", [one.get("const")]) if value != one.get("default")]
        return flow(values[0]) if values else ""
    if one.get("title") in TYPES:
        return TYPES[one["title"]]
    match one.get("type"):
        case "array":
            inside = example_of(one.get("items", {}))
            return f"[{inside}]" if inside else ""
        case "boolean":
            return "false" if one.get("default") else "true"
        case "string":
            said = re.search(r"\bsuch as (.+?)(?:,| or | \(|$)", PATTERNS.get(one.get("pattern", ""), ""))
            return said[1] if said and said[1] != one.get("default") else ""
    return ""


def description(one: Schema) -> str:
    """The description of a field, for a cell of a table."""
    return str(one.get("description", "")).replace("|", "\\|")


def paragraphs(text: str) -> str:
    """A docstring as paragraphs of Markdown."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n")) + "\n"
