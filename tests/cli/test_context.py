"""Which engine a context takes: PATH says, EDGE_ENGINE overrules."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.context import StackContext
from config.errors import ConfigError, MachineError
from engine.automation import PulumiEngine
from engine.operations import BuiltinEngine


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: cilium-edge\nruntime: python\n")
    for name, kind in (("lab", "lab"), ("real", "existing")):
        text = f"config:\n  cilium-edge:stack:\n    cluster: {{ kind: {kind} }}\n"
        (tmp_path / f"Pulumi.{name}.yaml").write_text(text)
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("EDGE_ENGINE", raising=False)


@pytest.fixture
def cli(tmp_path: Path) -> None:
    """A `pulumi` on PATH."""
    program = tmp_path / "bin" / "pulumi"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)


def test_without_the_cli_it_is_the_built_in_engine() -> None:
    assert isinstance(StackContext("lab").engine, BuiltinEngine)


@pytest.mark.usefixtures("cli")
def test_with_the_cli_it_is_pulumi() -> None:
    assert isinstance(StackContext("lab").engine, PulumiEngine)


@pytest.mark.usefixtures("cli")
def test_the_built_in_engine_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_ENGINE", "builtin")
    assert isinstance(StackContext("lab").engine, BuiltinEngine)


@pytest.mark.usefixtures("cli")
def test_pulumi_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_ENGINE", "pulumi")
    assert isinstance(StackContext("lab").engine, PulumiEngine)


@pytest.mark.parametrize("text", ["lab", "me/lab", "organization/cilium-edge/lab"])
def test_a_stack_is_called_as_pulumi_prints_it(text: str) -> None:
    context = StackContext(text)
    assert (context.name, context.name.qualified) == ("lab", text) and isinstance(context.engine, BuiltinEngine)


@pytest.mark.parametrize("text", ["", "/lab", "a//lab", "me/other/lab", "a/b/c/d", "..", "me/..", "lab/"])
def test_what_names_no_stack_of_this_project_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="--stack: expected a stack: NAME, or ORGANIZATION/cilium-edge/NAME"):
        StackContext(text)


def test_pulumi_without_the_cli_is_refused_and_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_ENGINE", "pulumi")
    with pytest.raises(MachineError, match=r"pulumi is not on PATH.*get\.pulumi\.com") as caught:
        _ = StackContext("lab").engine
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("name", ["terraform", "Pulumi", "builtin "])
@pytest.mark.usefixtures("cli")
def test_another_engine_is_a_config_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_ENGINE", name)
    with pytest.raises(ConfigError, match="EDGE_ENGINE: expected builtin or pulumi") as caught:
        _ = StackContext("lab").engine
    assert caught.value.exit_code == 2


@pytest.mark.usefixtures("cli")
def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_ENGINE", "")
    assert isinstance(StackContext("lab").engine, PulumiEngine)


@pytest.mark.parametrize("name", ["builtin", "pulumi"])
@pytest.mark.usefixtures("cli")
def test_only_a_lab_has_a_passphrase_of_its_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_ENGINE", name)

    def own(stack: str) -> bool:
        engine = StackContext(stack).engine
        return (engine.builtin if isinstance(engine, PulumiEngine) else engine)._fallback is not None

    assert (own("lab"), own("real")) == (True, False)
