"""The JSON Schema of a Pulumi.<stack>.yaml, for editors."""

from __future__ import annotations

from typing import Any

from config.load import PROJECT
from config.stack import StackConfig


def stack_file_schema() -> dict[str, Any]:
    """Draft 2020-12; the stack object is strict, everything else in the file is Pulumi's."""
    stack = StackConfig.model_json_schema(by_alias=True, mode="validation")
    definitions = stack.pop("$defs", {})
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
