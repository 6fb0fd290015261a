"""A reader for untrusted YAML: only plain data, unique keys, and limits on size and depth."""

from __future__ import annotations

from typing import Any

import yaml

# A file of 1,000 nodes is 300 kB and 30,000 values.
_BYTES = 16 * 2**20
VALUES = 2_000_000
DEPTH = 100

# libyaml, if the wheel has it: ten times faster on a large stack file.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


class _Loader(_Safe):  # type: ignore[misc]
    """A SafeLoader that refuses duplicate keys. With SafeLoader, the later key silently overrides the earlier one."""


def read(text: str) -> Any:
    """The document. Raises yaml.YAMLError, also if the document with resolved aliases is too large or too deep.

    A few hundred bytes of nested aliases expand to gigabytes.
    """
    loader = _Loader(text)
    try:
        node = compose(text)
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def compose(text: str) -> yaml.Node | None:
    """The document as nodes, which have line numbers. Raises the same errors as `read`."""
    if len(text) > _BYTES:
        raise yaml.YAMLError(f"more than {_BYTES >> 20} MiB")
    _shallow(text)
    node: yaml.Node | None = yaml.compose(text, Loader=_Safe)
    if node is not None:
        _counted(node, {})
    return node


def _shallow(text: str) -> None:
    """Refuse deep documents before the composer reads them: libyaml's composer recurses until the process crashes."""
    depth = 0
    for event in yaml.parse(text, Loader=_Safe):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise yaml.YAMLError(f"more than {DEPTH} levels, in line {line}")


def _counted(node: yaml.Node, known: dict[int, int]) -> int:
    """The number of values of a node with its aliases expanded."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in known:
        if not known[id(node)]:
            raise yaml.YAMLError(f"an alias inside its own anchor, in line {node.start_mark.line + 1}")
        return known[id(node)]
    known[id(node)] = 0
    parts = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    count = 1 + sum(_counted(part, known) for part in parts)
    if count > VALUES:
        raise yaml.YAMLError(
            f"more than {VALUES} values after its aliases are resolved, in line {node.start_mark.line + 1}"
        )
    known[id(node)] = count
    return count


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag == _MERGE:
            continue
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, (str, int, float, bool, type(None))):
            raise yaml.YAMLError(f"a key that is not a text, in line {key_node.start_mark.line + 1}")
        if key in seen:
            raise yaml.YAMLError(f"the key {key} twice, in line {key_node.start_mark.line + 1}")
        seen.add(key)
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
