"""The schema for editors is made from the models, and the one in docs/ is the current one."""

from __future__ import annotations

import json
from pathlib import Path

from config.schema import stack_file_schema

DOCS = Path(__file__).resolve().parents[2] / "docs" / "stack.schema.json"


def test_the_schema_in_docs_is_current() -> None:
    expected = "run: edge schema docs/stack.schema.json"
    assert json.loads(DOCS.read_text()) == json.loads(json.dumps(stack_file_schema())), expected


def test_unknown_keys_are_errors_in_editors_too() -> None:
    schema = stack_file_schema()
    stack = schema["properties"]["config"]["properties"]["cilium-edge:stack"]
    assert stack["additionalProperties"] is False
    assert "podCIDR" in schema["$defs"]["Node"]["properties"]
