"""The differences of two stacks with the keys of the stack file, by name instead of by position in a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.stack import StackConfig

# Keys that identify the entries of a list: the first of these that all entries have.
_KEYS = (("namespace", "name"), ("name",), ("node",), ("address",), ("prefix",), ("to",), ("key",), ("rule", "path"))


_EMPTY: tuple[Any, ...] = (None, [], {})


@dataclass(frozen=True)
class SemanticChange:
    """One difference. `path` has the names of entries (`routers[tor].bgp.asn`). None: absent."""

    path: str
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        """`+`, `-` or `~`."""
        return "+" if self.before is None else "-" if self.after is None else "~"

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.path}: {shown(self.after)}"
        if self.after is None:
            return f"- {self.path}: {shown(self.before)}"
        return f"~ {self.path}: {shown(self.before)} -> {shown(self.after)}"


def shown(value: Any) -> str:
    """A value on one line, in YAML's flow style."""
    if isinstance(value, dict):
        # Unset values are omitted.
        given = {key: item for key, item in value.items() if item not in (None, [], {})}
        return "{" + ", ".join(f"{key}: {shown(item)}" for key, item in given.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def differences(before: StackConfig, after: StackConfig) -> list[SemanticChange]:
    """All differences, in the order of the new stack's file."""
    return list(_compare("", _document(before), _document(after)))


def _document(stack: StackConfig) -> dict[str, Any]:
    # `nodes` contains the nodes of groups.
    return stack.model_dump(mode="json", by_alias=True, exclude={"node_groups"})


def _compare(path: str, before: Any, after: Any) -> Iterator[SemanticChange]:
    if before == after or (before in _EMPTY and after in _EMPTY):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*after, *(key for key in before if key not in after)]:
            where = f"{path}.{key}" if path else str(key)
            yield from _compare(where, before.get(key), after.get(key))
    elif isinstance(before, list) or isinstance(after, list):
        yield from _lists(path, before or [], after or [])
    else:
        yield SemanticChange(path, before, after)


def _lists(path: str, before: list[Any], after: list[Any]) -> Iterator[SemanticChange]:
    key = _key([*before, *after])
    if key is None:
        # Entries without an identifying key are compared by their whole content.
        old, new = [shown(item) for item in before], [shown(item) for item in after]
        yield from (SemanticChange(path, None, item) for item in after if shown(item) not in old)
        yield from (SemanticChange(path, item, None) for item in before if shown(item) not in new)
        if sorted(old) == sorted(new) and old != new:
            yield SemanticChange(path, before, after)
        return
    was, now = _by_name(before, key), _by_name(after, key)
    for name in [*now, *(name for name in was if name not in now)]:
        where = f"{path}[{name}]"
        if name in was and name in now:
            yield from _compare(where, was[name], now[name])
        else:
            yield SemanticChange(where, was.get(name), now.get(name))


def _key(items: list[Any]) -> tuple[str, ...] | None:
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    for names in _KEYS:
        if all(names[-1] in item for item in items):
            return names
    return None


def _by_name(items: list[Mapping[str, Any]], key: tuple[str, ...]) -> dict[str, Any]:
    return {"/".join(str(item[part]) for part in key if part in item): item for item in items}
