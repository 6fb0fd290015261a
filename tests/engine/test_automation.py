"""The engine that drives the CLI, as far as it goes without one: what it refuses, and how errors read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation
from pulumi.automation.events import EngineEvent

from config.errors import DeploymentFailed, StateError
from engine.automation import PulumiEngine
from engine.events import Op
from engine.values import Secret
from tests.engine.project import Project


class Stack:
    """A stack of the CLI: runs `tell` with whoever listens to events."""

    def __init__(self, tell: Callable[..., Any]) -> None:
        self._tell = tell

    def up(self, on_event: Callable[[Any], None], show_secrets: bool) -> None:
        # The CLI's own standard output would have them in clear.
        assert show_secrets is False
        self._tell(on_event)

    destroy = up

    def preview(self, on_event: Callable[[Any], None]) -> None:
        self._tell(on_event)

    def outputs(self) -> dict[str, Any]:
        return dict(self._tell())


def problem(stderr: str) -> Exception:
    """What the Automation API raises for it."""
    result = automation._cmd.CommandResult("Updating (t):\n", stderr, 255)
    error: Exception = automation.errors.create_command_error(result)
    return error


def event(**parts: Any) -> Any:
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, **parts})


def error_event(text: str) -> Any:
    return event(diagnosticEvent={"message": text, "color": "never", "severity": "error"})


@pytest.fixture
def known(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., PulumiEngine]:
    """An engine whose stack Pulumi knows, and that does `tell`."""

    def make(tell: Callable[..., Any]) -> PulumiEngine:
        engine = PulumiEngine(project.directory, "t", project.root / "state", own_passphrase=True)
        monkeypatch.setattr(engine, "_exists", lambda: True)
        for way in ("_select", "_make"):
            monkeypatch.setattr(engine, way, lambda: Stack(tell))
        return engine

    return make


@pytest.fixture
def unknown(project: Project, monkeypatch: pytest.MonkeyPatch) -> PulumiEngine:
    """An engine whose stack Pulumi does not know; whatever asks for it fails."""
    engine = PulumiEngine(project.directory, "t", project.root / "state", own_passphrase=True)
    monkeypatch.setattr(engine, "_exists", lambda: False)

    def refuse() -> Any:
        pytest.fail("asked Pulumi for a stack that it does not have")

    for way in ("_select", "_make"):
        monkeypatch.setattr(engine, way, refuse)
    return engine


# --- a stack that Pulumi does not know ---


def test_it_is_planned_by_the_built_in_engine_as_if_nothing_were_there(project: Project, unknown: PulumiEngine) -> None:
    project.up('command("a")')
    summary = unknown.preview()
    assert {step.name: step.op for step in summary.steps if step.name == "a"} == {"a": Op.CREATE}


def test_it_has_neither_resources_nor_outputs(unknown: PulumiEngine) -> None:
    assert unknown.resources() == [] and unknown.outputs() == {}


def test_up_is_refused_where_the_built_in_engine_deployed_it(project: Project, unknown: PulumiEngine) -> None:
    project.up('command("a")')
    with pytest.raises(StateError, match=r"edge stack export -s t .*edge stack import -s t"):
        unknown.up()


# --- errors ---


def test_a_failure_of_a_resource_is_what_is_said(known: Callable[..., PulumiEngine]) -> None:
    def tell(listener: Callable[[Any], None]) -> None:
        # A warning that comes once more at the end is said once.
        for _ in range(2):
            listener(error_event("exit status 3\n"))
        raise problem("error: update failed\n")

    with pytest.raises(DeploymentFailed) as caught:
        known(tell).up()
    assert caught.value.failures == ("exit status 3",)


@pytest.mark.parametrize(
    ("stderr", "message"),
    [
        ("error: the stack is currently locked by 1 lock(s)\n", "in use by another pulumi"),
        ("error: no stack named 't' found\n", "Pulumi does not have the stack"),
        ("warning: old\nerror: could not load plugin\nmore\n", "could not load plugin"),
    ],
    ids=["locked", "no-stack", "other"],
)
def test_an_error_of_the_cli_is_one_line(known: Callable[..., PulumiEngine], stderr: str, message: str) -> None:
    def tell(listener: Callable[[Any], None]) -> None:
        raise problem(stderr)

    with pytest.raises(StateError) as caught:
        known(tell).up()
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("stderr", ["killed\n", "error: killed\n"])
def test_an_error_of_the_cli_is_its_words_alone(known: Callable[..., PulumiEngine], stderr: str) -> None:
    def tell(listener: Callable[[Any], None]) -> None:
        raise problem(stderr)

    with pytest.raises(StateError, match=r"^pulumi: (error: )?killed$"):
        known(tell).up()


def test_secret_outputs_are_marked(known: Callable[..., PulumiEngine]) -> None:
    found = {"open": automation.OutputValue("a", False), "hidden": automation.OutputValue("b", True)}
    assert known(lambda: found).outputs() == {"open": "a", "hidden": Secret("b")}


# --- import ---


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "[]", "{}", '{"version": 3}', '{"version": 3, "deployment": null}'],
)
def test_what_is_no_deployment_makes_no_stack(unknown: PulumiEngine, text: str) -> None:
    with pytest.raises(StateError, match="expected a deployment"):
        unknown.import_(text)


def test_import_hands_the_deployment_over_and_counts(unknown: PulumiEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[Any] = []

    class Taker:
        def import_stack(self, deployment: Any) -> None:
            got.append(deployment)

    monkeypatch.setattr(unknown, "_make", Taker)
    assert unknown.import_(json.dumps({"version": 3, "deployment": {"resources": [{}, {}]}})) == 2
    assert (got[0].version, got[0].deployment) == (3, {"resources": [{}, {}]})


# --- where it works ---


@pytest.mark.parametrize("own", [True, False])
def test_a_labs_stack_gets_the_labs_passphrase(project: Project, own: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    state = project.root / "state"
    place, environment = PulumiEngine(project.directory, "t", state, own_passphrase=own)._place
    if own:
        assert place == state / "t.pulumi"
        assert environment["PULUMI_CONFIG_PASSPHRASE"] == Path(state / "t.passphrase").read_text()
    else:
        assert (place, environment) == (project.directory, {})
