"""Translates events of the Pulumi CLI into the steps of the built-in engine."""

from __future__ import annotations

import re
import time
from typing import Any

from engine.diff import ABSENT, PropertyChange, changes, steps
from engine.events import Listener, Op, Step, Summary
from engine.values import SIGNATURE, Secret

_OPS = {
    "same": Op.SAME,
    "create": Op.CREATE,
    "update": Op.UPDATE,
    "replace": Op.REPLACE,
    "delete": Op.DELETE,
    "refresh": Op.SAME,
    "import": Op.IMPORT,
    "read": Op.READ,
}
# The halves of a `replace`, which has a step of its own. Only the halves report a failure.
_HALVES = ("create-replacement", "delete-replaced")
_COLOR = re.compile(r"<\{%.*?%\}>")
# The command provider quotes the whole command, on one line.
_SCRIPT = re.compile(r' *running "(?:[^"\\]|\\.)*":')
# Messages of the CLI and the language host that only repeat the failure.
_ECHOES = ("update failed", "preview failed", "an unhandled error occurred: program exited")
_DEFAULT_PROVIDER = re.compile(r"::pulumi:providers:[^:]+::default(_|$)")
_TRIVIA = "using pulumi-resource-"


class Recorder:
    """Collects engine events into a Summary and passes each step on to a listener."""

    def __init__(self, listener: Listener) -> None:
        self.summary = Summary()
        self.failures: list[str] = []
        self._listener = listener
        self._began: dict[str, float] = {}
        self._ended: set[str] = set()

    def __call__(self, event: Any) -> None:
        if event.resource_pre_event is not None:
            self._start(event.resource_pre_event.metadata)
        elif event.res_outputs_event is not None:
            self._end(event.res_outputs_event.metadata)
        elif event.res_op_failed_event is not None:
            self._end(event.res_op_failed_event.metadata, "failed")
        elif event.diagnostic_event is not None:
            self._diagnostic(event.diagnostic_event)

    def _start(self, metadata: Any) -> None:
        self._began[metadata.urn] = time.monotonic()
        step = self._step(metadata)
        if step is not None:
            self._listener(step, False)

    def _end(self, metadata: Any, error: str = "") -> None:
        step = self._step(metadata, error)
        # A component ends twice: after its registration and after the registration of its outputs.
        if step is not None and metadata.urn not in self._ended:
            self._ended.add(metadata.urn)
            self.summary.steps.append(step)
            self._listener(step, True)

    def _step(self, metadata: Any, error: str = "") -> Step | None:
        name = str(getattr(metadata.op, "value", metadata.op))
        op = Op.REPLACE if error and name in _HALVES else _OPS.get(name)
        state = metadata.new or metadata.old
        if op is None or state is None:
            return None
        if op is Op.UPDATE and _DEFAULT_PROVIDER.search(metadata.urn):
            # A default provider updates its own version. Pulumi's display hides default providers, too.
            op = Op.SAME
        different = () if op in (Op.SAME, Op.CREATE) else _changes(metadata)
        seconds = time.monotonic() - self._began.get(metadata.urn, time.monotonic())
        return Step(
            op,
            metadata.urn,
            metadata.type,
            metadata.urn.rpartition("::")[2],
            state.parent or "",
            changes=different,
            replace_keys=_reasons(metadata) if op is Op.REPLACE else (),
            seconds=seconds,
            error=error,
            custom=bool(state.custom),
        )

    def _diagnostic(self, event: Any) -> None:
        text = _COLOR.sub("", event.message).strip()
        if not text or event.ephemeral or _TRIVIA in text:
            return
        if event.severity == "error":
            name = f"{event.urn.rpartition('::')[2]}: " if event.urn else ""
            if text.startswith(_ECHOES) and self.failures:
                return
            if "Traceback (most recent call last)" in text:
                text = f"the program failed: {text.splitlines()[-1]}"
            self.failures.append(name + " ".join(line.strip() for line in _SCRIPT.sub("", text).splitlines()))
        elif event.severity == "warning" and text not in self.summary.warnings:
            self.summary.warnings.append(text)


def _changes(metadata: Any) -> tuple[PropertyChange, ...]:
    before = _marked((metadata.old.inputs or {}) if metadata.old else {})
    after = _marked((metadata.new.inputs or {}) if metadata.new else {})
    found = changes(before, after)
    visible = {change.path for change in found}
    # Both sides of a secret are masked: only the provider knows whether the secret differs.
    sides = {
        path: (_at(before, path), _at(after, path)) for path in metadata.detailed_diff or {} if path not in visible
    }
    hidden = [
        PropertyChange(path, *both) for path, both in sides.items() if all(isinstance(one, Secret) for one in both)
    ]
    return tuple(sorted([*found, *hidden], key=lambda change: change.path))


def _marked(value: Any) -> Any:
    """The inputs, with each value that the CLI masked as a Secret."""
    if isinstance(value, dict):
        return Secret(None) if SIGNATURE in value else {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value


def _at(value: Any, path: str) -> Any:
    for step in steps(path):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return value if isinstance(value, Secret) else ABSENT
    return value


def _reasons(metadata: Any) -> tuple[str, ...]:
    """The properties that cause a replacement; some providers report them only in the detailed difference."""
    if metadata.keys:
        return tuple(metadata.keys)
    detailed = metadata.detailed_diff or {}
    return tuple(path for path, diff in detailed.items() if diff.diff_kind.value.endswith("-replace"))
