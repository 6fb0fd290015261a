"""What Pulumi's engine tells becomes the steps that the built-in engine has too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi.automation.events import EngineEvent

from engine.diff import ABSENT
from engine.events import Op, Step
from engine.pulumi_events import Recorder
from engine.values import SECRET_SIGNATURE, SIGNATURE, Secret

STACK = "urn:pulumi:t::proj::pulumi:pulumi:Stack::proj-t"
COMMAND = "command:local:Command"
PROVIDER = "urn:pulumi:t::proj::pulumi:providers:command::default_1_2_1::66584d1d-5bd3-45d5-a47e-0820d7bfec45"
# As the CLI puts a secret into an event.
HIDDEN = {SIGNATURE: SECRET_SIGNATURE, "ciphertext": "[secret]"}


class Heard:
    """A recorder and what its listener was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, bool]] = []
        self.record = Recorder(self._listen)

    def _listen(self, step: Step, over: bool) -> None:
        self.told.append((str(step.op), step.name, over))

    def feed(self, *events: dict[str, Any]) -> Heard:
        for number, event in enumerate(events):
            # What arrives was JSON in the CLI's event log.
            line = json.dumps({"sequence": number, "timestamp": 1795415088, **event})
            self.record(EngineEvent.from_json(json.loads(line)))
        return self

    @property
    def steps(self) -> list[Step]:
        return self.record.summary.steps


def urn(name: str, kind: str = COMMAND) -> str:
    return f"urn:pulumi:t::proj::{kind}::{name}"


def side(name: str, kind: str, inputs: dict[str, Any] | None, custom: bool) -> dict[str, Any] | None:
    """One of the two states of a step; the CLI leaves `custom` out where it is false."""
    if inputs is None:
        return None
    state = {
        "type": kind,
        "urn": urn(name, kind),
        "id": f"{name}d72e1df7",
        "parent": STACK,
        "inputs": inputs,
        "outputs": {},
        "provider": PROVIDER if custom else "",
    }
    return {**state, "custom": True} if custom else state


def about(
    op: str,
    name: str,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
    *,
    kind: str = COMMAND,
    custom: bool = True,
    **more: Any,
) -> dict[str, Any]:
    return {
        "metadata": {
            "op": op,
            "urn": urn(name, kind),
            "type": kind,
            "provider": PROVIDER,
            "detailedDiff": None,
            "old": side(name, kind, old, custom),
            "new": side(name, kind, new, custom),
            **more,
        }
    }


def done(op: str, name: str, old: dict[str, Any] | None, new: dict[str, Any] | None, **more: Any) -> list[Any]:
    """A step from its start to its end."""
    return [
        {"resourcePreEvent": about(op, name, old, new, **more)},
        {"resOutputsEvent": about(op, name, old, new, **more)},
    ]


def said(severity: str, message: str, **more: Any) -> dict[str, Any]:
    return {"diagnosticEvent": {"message": message, "color": "never", "severity": severity, **more}}


# --- steps ---


def test_a_create_is_told_when_it_starts_and_when_it_is_over() -> None:
    heard = Heard().feed(*done("create", "a", None, {"create": "true"}))
    assert heard.told == [("create", "a", False), ("create", "a", True)]
    (step,) = heard.steps
    assert (step.op, step.urn, step.type, step.name) == (Op.CREATE, urn("a"), COMMAND, "a")
    assert (step.parent, step.custom, step.error) == (STACK, True, "")
    # As with the built-in engine: a new resource has no differences.
    assert step.changes == () and 0 <= step.seconds < 5


def test_what_started_and_did_not_end_is_no_step() -> None:
    assert Heard().feed({"resourcePreEvent": about("create", "a", None, {})}).steps == []


def test_an_update_has_its_differences_by_property() -> None:
    old, new = {"create": "echo a", "environment": {"N": "1"}}, {"create": "echo a", "environment": {"N": "2"}}
    (step,) = Heard().feed(*done("update", "a", old, new)).steps
    assert step.op is Op.UPDATE
    assert [(c.path, c.before, c.after) for c in step.changes] == [("environment.N", "1", "2")]


def test_an_unchanged_resource_is_same_and_has_no_differences() -> None:
    (step,) = Heard().feed(*done("same", "a", {"x": 1}, {"x": 1})).steps
    assert (step.op, step.changes) == (Op.SAME, ())


def test_a_delete_has_what_goes_away() -> None:
    (step,) = Heard().feed(*done("delete", "a", {"create": "true"}, None)).steps
    assert step.op is Op.DELETE and step.parent == STACK
    assert [(c.path, c.before, c.after) for c in step.changes] == [("create", "true", ABSENT)]


def after_creation(old: dict[str, Any], new: dict[str, Any]) -> list[Any]:
    return [
        *done("create-replacement", "a", old, new),
        *done("replace", "a", old, new),
        *done("delete-replaced", "a", old, None),
    ]


def after_deletion(old: dict[str, Any], new: dict[str, Any]) -> list[Any]:
    return [
        *done("delete-replaced", "a", old, None),
        *done("replace", "a", old, new),
        *done("create-replacement", "a", old, new),
    ]


@pytest.mark.parametrize("order", [after_creation, after_deletion])
def test_a_replacement_is_one_step_whatever_its_halves(order: Any) -> None:
    heard = Heard().feed(*order({"triggers": [1]}, {"triggers": [2]}))
    (step,) = heard.steps
    assert step.op is Op.REPLACE
    assert [(c.path, c.before, c.after) for c in step.changes] == [("triggers[0]", 1, 2)]
    assert heard.told == [("replace", "a", False), ("replace", "a", True)]


def test_a_replacement_names_its_reason() -> None:
    old, new = {"create": "true", "triggers": [1]}, {"create": "exit", "triggers": [2]}
    why = {
        "create": {"diffKind": "update", "inputDiff": False},
        "triggers[0]": {"diffKind": "update-replace", "inputDiff": False},
    }
    (step,) = Heard().feed(*done("replace", "a", old, new, detailedDiff=why, diffs=["create", "triggers"])).steps
    assert step.replace_keys == ("triggers[0]",)


def test_a_component_ends_twice_and_is_one_step() -> None:
    component = {"kind": "my:kind:Group", "custom": False}
    events = done("create", "g", None, {}, **component)
    # A component ends when it is registered, and again when its outputs are.
    heard = Heard().feed(*events, events[-1])
    (step,) = heard.steps
    assert (step.name, step.type, step.custom) == ("g", "my:kind:Group", False)
    assert heard.told == [("create", "g", False), ("create", "g", True)]


def test_a_refresh_counts_as_what_it_came_to() -> None:
    heard = Heard().feed(
        {"resourcePreEvent": about("refresh", "a", {"x": 1}, {"x": 1})},
        {"resOutputsEvent": about("same", "a", {"x": 1}, {"x": 1})},
        {"resourcePreEvent": about("refresh", "b", {"x": 1}, {"x": 1})},
        {"resOutputsEvent": about("update", "b", {"x": 1}, {"x": 2})},
    )
    assert [(step.name, step.op) for step in heard.steps] == [("a", Op.SAME), ("b", Op.UPDATE)]
    assert heard.told == [("same", "a", False), ("same", "a", True), ("same", "b", False), ("update", "b", True)]


@pytest.mark.parametrize("op", ["read-replacement", "discard", "remove-pending-replace"])
def test_an_operation_without_a_counterpart_is_no_step(op: str) -> None:
    heard = Heard().feed(*done(op, "a", {"x": 1}, {"x": 1}))
    assert heard.steps == [] and heard.told == []


def test_events_about_no_resource_are_no_steps() -> None:
    heard = Heard().feed(
        {"preludeEvent": {"config": {}}},
        {"stdoutEvent": {"message": "text", "color": "never"}},
        {
            "summaryEvent": {
                "maybeCorrupt": False,
                "durationSeconds": 2,
                "resourceChanges": {"create": 1},
                "PolicyPacks": {},
            }
        },
        {"cancelEvent": {}},
    )
    assert heard.steps == [] and heard.told == [] and heard.record.failures == []


# --- failures ---


def failing() -> Heard:
    """What the CLI tells of `sh -c "echo out; exit 3"`."""
    return Heard().feed(
        {"resourcePreEvent": about("create", "bad", None, {"create": "echo out; exit 3"})},
        said("info", "out\n", urn=urn("bad"), ephemeral=True),
        said("error", "exit status 3:\nout\n\n", urn=urn("bad"), prefix="error: "),
        {"resOpFailedEvent": {**about("create", "bad", None, {"create": "echo out; exit 3"}), "status": 0, "steps": 9}},
    )


def test_a_failed_step_is_over_with_an_error_and_does_not_count() -> None:
    heard = failing()
    (step,) = heard.steps
    assert step.op is Op.CREATE and step.error
    assert heard.told == [("create", "bad", False), ("create", "bad", True)]
    assert heard.record.summary.counts == {}


def test_an_error_about_a_resource_is_a_failure_in_one_line_with_its_name() -> None:
    assert failing().record.failures == ["bad: exit status 3: out"]


def test_a_replacement_that_fails_is_a_step_with_an_error() -> None:
    metadata = about("create-replacement", "a", {"triggers": [1]}, {"triggers": [2]})
    heard = Heard().feed({"resourcePreEvent": metadata}, {"resOpFailedEvent": {**metadata, "status": 0, "steps": 9}})
    (step,) = heard.steps
    assert step.op is Op.REPLACE and step.error


@pytest.mark.parametrize(
    "more", ["update failed\n", "an unhandled error occurred: program exited with non-zero exit code: 1\n"]
)
def test_that_it_failed_is_not_said_once_more(more: str) -> None:
    assert Heard().feed(said("error", "the reason\n"), said("error", more)).record.failures == ["the reason"]


def test_the_script_that_failed_is_not_part_of_the_failure() -> None:
    script = r"set -eu\necho \"two\"\n"
    message = f'Process exited with status 1: running "{script}":\nfrr.conf was written by hand\n\n'
    (failure,) = Heard().feed(said("error", message, urn=urn("a"))).record.failures
    assert failure.startswith("a: ") and "frr.conf was written by hand" in failure and "set -eu" not in failure


def test_an_exception_of_the_program_is_told_without_its_traceback() -> None:
    message = (
        'Program failed with an unhandled exception:\nTraceback (most recent call last):\n  File "__main__.py",'
        ' line 24, in <module>\n    raise ValueError("boom")\nValueError: boom\n\n'
    )
    (failure,) = Heard().feed(said("error", message)).record.failures
    assert "ValueError: boom" in failure and "Traceback" not in failure


def test_an_error_of_the_program_is_a_failure_without_a_name() -> None:
    assert Heard().feed(said("error", "refused: 1 mistake\n  X1 node\n")).record.failures == [
        "refused: 1 mistake X1 node"
    ]


def test_colour_tags_are_taken_out() -> None:
    heard = Heard().feed(
        said("warning", "<{%fg 3%}>careful<{%reset%}>\n"),
        said("error", "<{%reset%}>it <{%bold%}>failed<{%reset%}>\n"),
    )
    assert heard.record.summary.warnings == ["careful"]
    assert heard.record.failures == ["it failed"]


# --- warnings ---


def test_a_warning_is_kept_once() -> None:
    heard = Heard().feed(said("warning", "careful\n"), said("warning", "other\n"), said("warning", "careful\n"))
    assert heard.record.summary.warnings == ["careful", "other"]


def test_where_a_plugin_comes_from_is_no_warning() -> None:
    where = "using pulumi-resource-command from $PATH at /usr/bin/pulumi-resource-command\n"
    assert Heard().feed(said("warning", where, prefix="warning: ")).record.summary.warnings == []


@pytest.mark.parametrize(
    "event",
    [
        said("info", "out\n"),
        said("info#err", "Traceback (most recent call last):\n"),
        said("debug", "rpc\n"),
        said("warning", "\n"),
        said("error", "<{%reset%}>\n"),
        said("warning", "installing", ephemeral=True),
    ],
    ids=["info", "stderr", "debug", "empty", "only-colour", "ephemeral"],
)
def test_what_is_neither_warning_nor_error_is_dropped(event: dict[str, Any]) -> None:
    heard = Heard().feed(event)
    assert heard.record.summary.warnings == [] and heard.record.failures == [] and heard.steps == []


# --- secrets ---


def test_a_default_provider_that_notes_its_own_version_is_same() -> None:
    kind = "pulumi:providers:command"
    both = ({"version": "1.2.1"}, {"version": "1.2.1", "__pulumi-go-provider-version": "1.2.0"})
    heard = Heard()
    for name in ("default_1_2_1", "own"):
        heard.feed(*done("update", name, *both, kind=kind))
    steps = heard.steps
    assert [(step.name, step.op) for step in steps] == [("default_1_2_1", Op.SAME), ("own", Op.UPDATE)]


def test_a_secret_is_shown_as_it_was_given() -> None:
    old, new = {"environment": {"P": "in clear"}}, {"environment": {"P": HIDDEN}}
    (step,) = Heard().feed(*done("update", "a", old, new)).steps
    assert [(c.path, c.before, c.after) for c in step.changes] == [("environment.P", "in clear", Secret(None))]


def test_a_secret_that_changed_is_told_by_the_provider_alone() -> None:
    inputs = {"create": "true", "environment": {"P": HIDDEN}}
    why = {path: {"diffKind": "update", "inputDiff": False} for path in ("environment.P", "stdout")}
    (step,) = Heard().feed(*done("update", "a", inputs, inputs, detailedDiff=why)).steps
    assert [(c.path, c.before, c.after) for c in step.changes] == [("environment.P", Secret(None), Secret(None))]


def test_a_secret_that_changed_is_an_update_all_the_same() -> None:
    (step,) = Heard().feed(*done("update", "a", {"stdin": "[secret]"}, {"stdin": "[secret]"})).steps
    assert step.op is Op.UPDATE
