"""The JSON Schema of a Pulumi.<stack>.yaml, for editors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from config.fields import texts
from config.load import PROJECT
from config.stack import StackConfig


def stack_file_schema() -> dict[str, Any]:
    """The schema (draft 2020-12). The stack object is strict. Pulumi owns everything else in the file."""
    stack = StackConfig.model_json_schema(by_alias=True, mode="validation")
    definitions = stack.pop("$defs", {})
    for model in models(StackConfig):
        made = stack if model is StackConfig else definitions[model.__name__]
        for key, text in texts(model).items():
            made["properties"][key]["description"] = text
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack of cilium-edge",
        "type": "object",
        "properties": {
            "encryptionsalt": {"type": "string"},
            "config": {
                "type": "object",
                "properties": {f"{PROJECT}:stack": stack},
                "required": [f"{PROJECT}:stack"],
            },
        },
        "required": ["config"],
        "$defs": definitions,
    }


def models(model: type[BaseModel]) -> dict[type[BaseModel], None]:
    """A model, and all models of its fields."""
    found: dict[type[BaseModel], None] = {model: None}
    for field in model.model_fields.values():
        for below in _inside(field.annotation):
            found |= models(below)
    return found


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation) if get_origin(annotation) is not Literal else ():
        yield from _inside(part)
