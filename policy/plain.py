"""A resource's properties without the policy SDK's proxies; unknown values are left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Dicts, lists and scalars. A key whose value is not known before `up` is dropped."""
    if isinstance(value, Mapping):
        result = {}
        for key in value:
            try:
                result[str(key)] = plain(value[key])
            except Exception as error:
                if type(error).__name__ != "UnknownValueError":
                    raise
        return result
    if isinstance(value, (list, tuple)):
        return [plain(value[i]) for i in range(len(value))]
    return value
