"""Property-level differences between recorded and declared values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.values import UNKNOWN, Asset, Properties, Secret


@dataclass(frozen=True)
class PropertyChange:
    """One property: its path, and its value before and after (ABSENT: no such property)."""

    path: str
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        """`add`, `delete` or `update`."""
        if isinstance(self.before, Absent):
            return "add"
        return "delete" if isinstance(self.after, Absent) else "update"


class Absent:
    """No such property."""

    def __repr__(self) -> str:
        return "<absent>"


ABSENT = Absent()


def changes(before: Properties, after: Properties) -> list[PropertyChange]:
    """All differences, sorted by path. An unknown value counts as a difference."""
    return sorted(_compare("", before, after), key=lambda change: change.path)


def _compare(path: str, before: Any, after: Any) -> Iterator[PropertyChange]:
    old, new = _bare(before), _bare(after)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            step = _joined(path, str(key))
            if key.startswith("__"):
                continue
            yield from _compare(step, _member(old, key, before), _member(new, key, after))
    elif isinstance(old, list) and isinstance(new, list):
        for i in range(max(len(old), len(new))):
            one = _wrap(old[i], before) if i < len(old) else ABSENT
            other = _wrap(new[i], after) if i < len(new) else ABSENT
            yield from _compare(f"{path}[{i}]", one, other)
    elif _differs(old, new):
        yield PropertyChange(path, before, after)


def _joined(path: str, key: str) -> str:
    if any(character in key for character in '.["'):
        quoted = key.replace('"', '\\"')
        return f'{path}["{quoted}"]'
    return f"{path}.{key}" if path else key


def _differs(old: Any, new: Any) -> bool:
    if isinstance(old, Absent) or isinstance(new, Absent):
        # For every provider a null property equals an absent one.
        return not {type(old), type(new)} <= {Absent, type(None)}
    return old is UNKNOWN or new is UNKNOWN or old != new or type(old) is not type(new)


def _bare(value: Any) -> Any:
    if isinstance(value, Secret):
        return _bare(value.value)
    return value.text if isinstance(value, Asset) else value


def _member(data: dict[str, Any], key: str, container: Any) -> Any:
    return _wrap(data[key], container) if key in data else ABSENT


def _wrap(value: Any, container: Any) -> Any:
    # Values inside a secret are secret, too.
    return Secret(value) if isinstance(container, Secret) and not isinstance(value, Secret) else value


def ignoring(before: Properties, after: Properties, paths: list[str]) -> Properties:
    """The new inputs with the old values at the ignored paths (`ignore_changes`)."""
    result: Any = after
    for path in paths:
        result = _restore(result, before, steps(path))
    return dict(result)


_STEP = re.compile(r"""\[(?:"((?:[^"\\]|\\.)*)"|([^\]]*))\]|([^.\[]+)""")


def steps(path: str) -> list[str]:
    """The parts of a property path: `a.b[0]`, `a["x.y/z"]`, `a[*].b`, `*`."""
    return [quoted.replace('\\"', '"') if quoted else index or name for quoted, index, name in _STEP.findall(path)]


def _restore(new: Any, old: Any, path: list[str]) -> Any:
    if isinstance(new, Secret):
        return Secret(_restore(new.value, old.value if isinstance(old, Secret) else old, path))
    if isinstance(old, Secret):
        old = old.value
    step, rest = path[0], path[1:]
    if isinstance(new, list) and isinstance(old, list):
        chosen = range(min(len(new), len(old))) if step == "*" else [int(step)] if step.isdigit() else []
        items = list(new)
        for i in chosen:
            if i < len(new) and i < len(old):
                items[i] = _restore(new[i], old[i], rest) if rest else old[i]
        return items
    if not isinstance(new, dict) or not isinstance(old, dict):
        return new
    result = dict(new)
    for key in {**old, **new} if step == "*" else [step]:
        if rest:
            if key in new:
                result[key] = _restore(new[key], old.get(key), rest)
        elif key in old:
            result[key] = old[key]
        else:
            result.pop(key, None)
    return result


def touches(change: PropertyChange, paths: list[str]) -> bool:
    """Whether a change is at, or below, one of the property paths."""
    place = steps(change.path)
    for path in paths:
        wanted = steps(path)
        if len(wanted) <= len(place) and all(w in ("*", p) for w, p in zip(wanted, place, strict=False)):
            return True
    return False
