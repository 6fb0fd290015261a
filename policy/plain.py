"""A resource's properties without the policy SDK's proxies."""

from __future__ import annotations

from typing import Any


def plain(value: Any) -> tuple[Any, bool]:
    """The value as dicts, lists and scalars, and whether all of it is known.

    The SDK provides proxies, which are neither dicts nor lists and raise for values that are unknown before `up`. It
    provides every number as a float. Unknown values are left out of the result.
    """
    if hasattr(value, "keys"):
        return _dict(value)
    if hasattr(value, "__getitem__") and hasattr(value, "__len__") and not isinstance(value, str | bytes):
        return _list(value)
    if isinstance(value, float) and value.is_integer():
        return int(value), True
    return value, True


def _dict(value: Any) -> tuple[dict[str, Any], bool]:
    result, known = {}, True
    for key in list(value.keys()):
        found = _item(value, key)
        known = known and found is not None and found[1]
        if found is not None:
            result[str(key)] = found[0]
    return result, known


def _list(value: Any) -> tuple[list[Any], bool]:
    found = [_item(value, i) for i in range(len(value))]
    return [item[0] for item in found if item], all(item is not None and item[1] for item in found)


def _item(value: Any, key: Any) -> tuple[Any, bool] | None:
    try:
        return plain(value[key])
    except Exception as error:
        # The SDK's class has no public name.
        if type(error).__name__ != "UnknownValueError":
            raise
        return None
