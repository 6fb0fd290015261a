"""The docstrings of model fields, for the schema and for docs/stack.md.

This module reads them from the source on demand. pydantic can do the same (`use_attribute_docstrings`) when it makes
the classes, but that costs every command 0.2 s.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


def texts(model: type[BaseModel]) -> dict[str, str]:
    """YAML key -> docstring, for each field of the model and of its base classes that has a docstring."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        found |= _of_module(each.__module__).get(each.__name__, {}) if _is_ours(each) else {}
    return {field.alias or name: found[name] for name, field in model.model_fields.items() if name in found}


def _is_ours(each: type) -> bool:
    return issubclass(each, BaseModel) and each.__module__.partition(".")[0] != "pydantic"


@cache
def _of_module(name: str) -> dict[str, dict[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {node.name: dict(_of_class(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _of_class(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(node.body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            yield field.target.id, str(text.value.value)
