"""Mistakes that pydantic finds in a stack file, as messages for users: one line for one mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config import (
    cilium,
    cluster,
    image_name,
    ingress,
    labels,
    manifest,
    neighbor,
    net,
    node_group,
    policy,
    route_policy,
    router,
    routes,
    ssh,
    text,
    waiver,
)
from config.base import yaml_name
from config.errors import Problem

PATTERNS = {
    pattern: words
    for module in (
        cilium,
        cluster,
        image_name,
        ingress,
        labels,
        manifest,
        neighbor,
        net,
        node_group,
        policy,
        route_policy,
        router,
        routes,
        ssh,
        text,
        waiver,
    )
    for pattern, words in module.PATTERNS.items()
}
_UNKNOWN = "an unknown key (a typo, or the wrong place)"
# Keys that users often write in the wrong place -> the right place.
_ELSEWHERE = {
    "routerIDAllocation": "cilium.values.bgpControlPlane.routerIDAllocation",
    "bgpControlPlane": "bgp",
    "ingressClassName": "ingresses[].ingressClassName",
    "gatewayAPI": "gatewayController",
    "kubeProxyReplacement": "cilium.kubeProxyReplacement",
}
# The names of YAML's other scalars, for fields that expect a text.
_SCALARS = {bool: "a boolean", int: "a number", float: "a number"}

_CLUSTERS = ("lab", "docker", "kind", "existing")


def problems(error: ValidationError, document: Any) -> list[Problem]:
    """Every mistake with its YAML path. The errors of all members of a union become one line."""
    details = error.errors(include_url=False)
    # pydantic drops an invalid entry from its list and then also reports the list as too short.
    outer = {detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))}
    real = [d for d in details if not (d["type"] == "too_short" and d["loc"] in outer)]
    found: dict[str, list[Problem]] = {}
    for detail in real:
        problem = _problem(detail, document)
        found.setdefault(problem.path, []).append(problem)
    return list(_joined(found))


def _joined(found: dict[str, list[Problem]]) -> Iterator[Problem]:
    for path, same in found.items():
        expected = list(dict.fromkeys(problem.expected for problem in same))
        yield Problem(path, " or ".join(expected), same[0].got)


def _problem(detail: ErrorDetails, document: Any) -> Problem:
    message = detail["msg"].removeprefix("Value error, ")
    path, value, missing = _locate(detail["loc"], document, detail["type"])
    got = "nothing" if missing else _shown(value)
    match detail["type"]:
        case "missing":
            return Problem(path, "a value (the key is required)", "nothing")
        case "extra_forbidden":
            place = _ELSEWHERE.get(path.rpartition(".")[2])
            return Problem(path, "a known key", f"an unknown key (the key belongs at {place})" if place else _UNKNOWN)
        case "value_error":
            return Problem(path, message, got)
        case "string_pattern_mismatch":
            pattern = str(detail.get("ctx", {}).get("pattern"))
            return Problem(path, PATTERNS.get(pattern, f"a text that matches {pattern}"), got)
        case "union_tag_invalid" | "union_tag_not_found":
            where = f"{path}.kind" if isinstance(value, dict) else path
            tag = value.get("kind") if isinstance(value, dict) else value
            return Problem(
                where, f"{', '.join(_CLUSTERS[:-1])} or {_CLUSTERS[-1]}", "nothing" if tag is None else _shown(tag)
            )
        case "string_type":
            return Problem(path, "a text" + _quoted(value), got)
        case "literal_error":
            expected = message.removeprefix("Input should be ")
            return Problem(path, expected + (_yes_or_no(value) if isinstance(value, bool) else ""), got)
        case "too_short":
            return Problem(path, "at least one entry", "none")
        case "int_type" | "int_parsing" | "int_from_float" | "float_type" | "float_parsing":
            return Problem(path, "a number", got)
        case "bool_type" | "bool_parsing":
            return Problem(path, "true or false", got)
        case "tuple_type" | "list_type":
            return Problem(path, "a list", got)
        case "dict_type" | "model_type" | "model_attributes_type" | "is_instance_of":
            return Problem(path, "an object", got)
        case _:
            expected = message.removeprefix("Input should be ").removeprefix("a valid ")
            return Problem(path, expected, got)


def _quoted(value: Any) -> str:
    """A hint to use quotes: YAML reads some texts without quotes as numbers or booleans."""
    kind = _SCALARS.get(type(value))
    if kind is None:
        return ""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 60:
        # YAML 1.1 reads 65000:50 as a number in base 60.
        return f" in quotes, '{text}' or '{value // 60}:{value % 60:02d}' (without quotes, YAML reads {kind})"
    return f" in quotes, '{text}' (without quotes, YAML reads {kind})"


def _yes_or_no(value: bool) -> str:
    return f" in quotes, '{'Yes' if value else 'No'}' (without quotes, YAML reads a boolean)"


def _locate(loc: tuple[int | str, ...], document: Any, kind: str) -> tuple[str, Any, bool]:
    """YAML path and value. pydantic's location also contains union branches, which are not in the file."""
    path = ""
    here: Any = document
    missing = False
    for i, step in enumerate(loc):
        if i == 1 and path == "cluster" and step in _CLUSTERS:
            # A branch of the union. `kind` is also a key of the cluster.
            continue
        if isinstance(step, int) and isinstance(here, list) and step < len(here):
            path, here = f"{path}[{step}]", here[step]
        elif isinstance(step, str) and isinstance(here, dict):
            key = step if step in here else yaml_name(step)
            if key in here:
                here = here[key]
            elif step == "[key]":
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
    return path or "cilium-edge:stack", here, missing


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a list" if isinstance(value, list) else "an object"
    text = repr(value) if isinstance(value, str) else re.sub("^(True|False|None)$", lambda m: m[0].lower(), str(value))
    return text if len(text) <= 80 else text[:77] + "..."
