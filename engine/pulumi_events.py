"""What the Pulumi CLI tells while it works, as the steps that the built-in engine has too."""

from __future__ import annotations

import re
import time
from typing import Any

from engine.diff import changes
from engine.events import Listener, Op, Step, Summary

# `create-replacement` and `delete-replaced` are the halves of a `replace`, which has a step of its own.
_OPS = {"same": Op.SAME, "create": Op.CREATE, "update": Op.UPDATE, "replace": Op.REPLACE, "delete": Op.DELETE,
        "refresh": Op.SAME}  # fmt: skip
_COLOR = re.compile(r"<\{%.*?%\}>")
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
        # A component ends twice: when it is registered and when its outputs are.
        if step is not None and metadata.urn not in self._ended:
            self._ended.add(metadata.urn)
            self.summary.steps.append(step)
            self._listener(step, True)

    def _step(self, metadata: Any, error: str = "") -> Step | None:
        op = _OPS.get(str(getattr(metadata.op, "value", metadata.op)))
        state = metadata.new or metadata.old
        if op is None or state is None:
            return None
        before = (metadata.old.inputs or {}) if metadata.old else {}
        after = (metadata.new.inputs or {}) if metadata.new else {}
        different = () if op in (Op.SAME, Op.CREATE) else tuple(changes(before, after))
        seconds = time.monotonic() - self._began.get(metadata.urn, time.monotonic())
        return Step(
            op, metadata.urn, metadata.type, metadata.urn.rpartition("::")[2], state.parent or "",
            changes=different, replace_keys=tuple(metadata.keys or ()) if op is Op.REPLACE else (),
            seconds=seconds, error=error, custom=bool(state.custom),
        )  # fmt: skip

    def _diagnostic(self, event: Any) -> None:
        text = _COLOR.sub("", event.message).strip()
        if not text or event.ephemeral or _TRIVIA in text:
            return
        if event.severity == "error":
            name = f"{event.urn.rpartition('::')[2]}: " if event.urn else ""
            self.failures.append(name + " ".join(line.strip() for line in text.splitlines()))
        elif event.severity == "warning" and text not in self.summary.warnings:
            self.summary.warnings.append(text)
