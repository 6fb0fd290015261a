"""Arguments of components: plain data in the stack file's form (which may contain Outputs), or models.

Keys may be Python's (`pod_cidr`), the stack file's (`podCIDR`) or those of another language's SDK (`podCidr`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import pulumi
from pydantic import ValidationError

from config.base import Model
from config.errors import ConfigError, Problem
from config.problems import problems

M = TypeVar("M", bound=Model)


class ArgumentError(ConfigError, pulumi.RunError):
    """Invalid arguments of a component. Pulumi prints the error without a traceback."""

    def __init__(self, component: str, found: list[Problem]) -> None:
        super().__init__(component, found)
        self.args = (
            f"{component}: {len(found)} problem(s) in its arguments\n" + "\n".join(f"  {problem}" for problem in found),
        )

    def __str__(self) -> str:
        return str(self.args[0])


def is_late(value: Any) -> bool:
    """Whether the value contains an Output at any depth."""
    if isinstance(value, Mapping):
        return any(is_late(below) for below in value.values())
    if isinstance(value, (list, tuple)):
        return any(is_late(below) for below in value)
    return isinstance(value, pulumi.Output)


def read(component: str, model: type[M], value: Any, path: str) -> pulumi.Input[M]:
    """The model of an argument, or an Output of the model if the argument contains Outputs.

    Raises ArgumentError with all problems. For Outputs, raises it when their values are known.
    """
    if isinstance(value, model):
        return value
    if is_late(value):
        return pulumi.Output.from_input(value).apply(lambda known: validated(component, model, known, path))
    return validated(component, model, value, path)


def read_each(component: str, model: type[M], given: Any, path: str) -> list[pulumi.Input[M]]:
    """The models of a list. The length of the list must be known."""
    return [read(component, model, item, f"{path}[{i}]") for i, item in enumerate(sequence(component, given, path))]


def sequence(component: str, given: Any, path: str) -> list[Any]:
    """The argument as a list. Raises ArgumentError for an Output."""
    if given is None:
        return []
    if not isinstance(given, (list, tuple)):
        wanted = "a list that is known when the program runs (Outputs may be inside it)"
        raise ArgumentError(component, [Problem(path, wanted, described(given))])
    return list(given)


def known(component: str, item: Any, field: str, path: str) -> str:
    """A text in the name of a resource. Raises ArgumentError for an Output."""
    value = entry(item, field)
    if not isinstance(value, str):
        wanted = "a text that is known when the program runs: it names a resource"
        raise ArgumentError(component, [Problem(f"{path}.{field}", wanted, described(value))])
    return value


def described(value: Any) -> str:
    """A description of an argument for messages, without the value, which may be a secret."""
    if isinstance(value, pulumi.Output):
        return "an Output"
    return "nothing" if value is None else type(value).__name__


def entry(given: Any, field: str) -> Any:
    """The value of a key (in any spelling) or of a model's field. None: absent."""
    if isinstance(given, Model):
        return getattr(given, field)
    if not isinstance(given, Mapping):
        return None
    return next((value for key, value in given.items() if _spelled(key) == _spelled(field)), None)


def namespace_of(item: Any) -> str:
    """The namespace of an object in its arguments."""
    return str(entry(item, "namespace") or "default")


def only(component: str, given: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by their Python names. Raises ArgumentError for unknown arguments."""
    names = {_spelled(field): field for field in fields}
    odd = [key for key in given if _spelled(key) not in names]
    if odd:
        raise ArgumentError(component, [Problem(key, f"one of {', '.join(fields)}", "another argument") for key in odd])
    return {names[_spelled(key)]: value for key, value in given.items() if value is not None}


def validated(component: str, model: type[M], value: Any, path: str) -> M:
    """The model of an argument without Outputs. Raises ArgumentError."""
    document = _canonical(model, value)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        inside = [Problem(_joined(path, one.path), one.expected, one.got) for one in problems(error, document)]
        raise ArgumentError(component, inside) from None


def _joined(path: str, below: str) -> str:
    return f"{path}.{below}" if path and below else path or below


def _canonical(annotation: Any, value: Any) -> Any:
    """The value with the stack file's keys, without Nones, and with whole numbers as ints (SDKs may send floats)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, (list, tuple)):
        return [_canonical(annotation, below) for below in value]
    if not isinstance(value, Mapping):
        return value
    model = next(_models(annotation), None)
    if model is None:
        return {key: _canonical(Any, below) for key, below in value.items()}
    fields: dict[str, tuple[str, Any]] = {}
    for name, field in model.model_fields.items():
        alias = field.alias or name
        fields |= dict.fromkeys((_spelled(name), _spelled(alias)), (alias, field.annotation))
    result = {}
    for key, below in value.items():
        if below is None:
            continue
        name, field = fields.get(_spelled(key), (key, Any))
        result[name] = _canonical(field, below)
    return result


def _models(annotation: Any) -> Iterator[type[Model]]:
    """The models in an annotation such as `tuple[Neighbor, ...] | None`."""
    if isinstance(annotation, type) and not get_args(annotation):
        if issubclass(annotation, Model):
            yield annotation
    elif get_origin(annotation) in (Annotated, Union, UnionType, tuple):
        for part in get_args(annotation):
            yield from _models(part)


def _spelled(key: str) -> str:
    return key.replace("_", "").lower()
