"""The state file: what is written is there again, whatever happens while it is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from config.errors import HostError, StateError
from engine.lock import exclusive
from engine.resource import Resource
from engine.state import State
from engine.values import SECRET_SIGNATURE, SIGNATURE, UNKNOWN, Asset, Secret
from tests.engine.project import REPOSITORY

WORD = "correct horse"
STACK = "urn:pulumi:t::proj::pulumi:pulumi:Stack::proj-t"
# The JSON names of Pulumi's apitype.ResourceV3 that this engine may write.
RESOURCE_V3 = {
    "urn",
    "custom",
    "delete",
    "id",
    "type",
    "inputs",
    "outputs",
    "parent",
    "protect",
    "dependencies",
    "provider",
    "propertyDependencies",
    "additionalSecretOutputs",
    "aliases",
    "customTimeouts",
    "retainOnDelete",
    "deletedWith",
    "created",
    "modified",
}


class Crash(BaseException):
    """The end of the process, as far as the code under test is concerned."""


def resource(name: str, **more: Any) -> Resource:
    return Resource(
        f"urn:pulumi:t::proj::command:local:Command::{name}",
        "command:local:Command",
        True,
        **({"id": name, "parent": STACK} | more),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "t.json"


def names(path: Path, passphrase: str | None = None) -> list[str]:
    return [r.name for r in State(path, passphrase).resources]


def two_writes(path: Path) -> State:
    """A state whose backup has `a` and whose file has `a` and `b`."""
    state = State(path, None)
    state.put(resource("a"))
    state.put(resource("b"))
    return state


def cut(path: Path, share: float) -> None:
    raw = path.read_bytes().rstrip()
    path.write_bytes(raw[: min(int(len(raw) * share), len(raw) - 1)])


# --- written and read again ---


def test_every_field_is_there_again_after_a_reload(path: Path) -> None:
    state = State(path, WORD)
    root = Resource(STACK, "pulumi:pulumi:Stack", False, outputs={"o": [Secret({"a": 1}), UNKNOWN, None, 0.5]})
    full = resource(
        "a",
        inputs={"asset": Asset("text"), "list": [1, Secret("x")]},
        outputs={"n": 1, "s": Secret(["y"])},
        provider="urn:pulumi:t::proj::pulumi:providers:command::default::id",
        dependencies=[STACK],
        property_dependencies={"list": [STACK]},
        protect=True,
        retain_on_delete=True,
        deleted_with=STACK,
        delete=True,
        additional_secret_outputs=["s"],
        aliases=["urn:old"],
        custom_timeouts={"create": 1.5},
    )
    state.put(root)
    state.put(full)
    assert State(path, WORD).resources == [root, full]
    assert full.created and full.modified


def test_a_changed_resource_keeps_its_place_and_its_creation_time(path: Path) -> None:
    state = two_writes(path)
    first = state.resources[0]
    state.put(resource("a", inputs={"x": 2}, created=first.created), replaces=first)
    again = State(path, None).resources
    assert [r.name for r in again] == ["a", "b"]
    assert again[0].inputs == {"x": 2} and again[0].created == first.created


def test_a_change_of_a_resource_that_was_written_before_is_written(path: Path) -> None:
    state = State(path, None)
    one = resource("a", inputs={"x": 1})
    state.put(one)
    one.inputs = {"x": 2}
    state.put(one)
    assert State(path, None).resources[0].inputs == {"x": 2}


def test_a_dropped_resource_is_gone_and_a_reordered_one_elsewhere(path: Path) -> None:
    state = two_writes(path)
    state.reorder([r.urn for r in reversed(state.resources)])
    assert names(path) == ["b", "a"]
    state.drop(state.resources[0])
    assert names(path) == ["a"]


def test_find_gives_the_live_resource_and_not_the_one_to_be_deleted(path: Path) -> None:
    state = State(path, None)
    old, new = resource("a", id="old", delete=True), resource("a", id="new")
    state.put(old)
    state.put(new)
    assert state.find(new.urn) is new and state.find("urn:nobody") is None


def test_a_state_that_is_not_there_yet_is_empty_and_reading_it_writes_nothing(path: Path) -> None:
    state = State(path, None)
    assert (state.resources, state.pending, state.warnings) == ([], {}, [])
    assert not path.parent.exists()


def test_the_file_and_its_directory_are_the_owners_alone(path: Path) -> None:
    two_writes(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


# --- secrets ---


def test_secrets_are_in_the_file_encrypted_only(path: Path) -> None:
    state = State(path, WORD)
    state.put(resource("a", inputs={"deep": [{"in": Secret("hush")}]}))
    state.put(resource("b", outputs={"stdout": Secret("hush")}))
    assert "hush" not in path.read_text() + state.backup.read_text()
    assert State(path, WORD).resources[1].outputs == {"stdout": Secret("hush")}


def test_a_state_with_secrets_refuses_a_wrong_passphrase_and_none(path: Path) -> None:
    State(path, WORD).put(resource("a", inputs={"s": Secret("x")}))
    with pytest.raises(StateError, match="incorrect passphrase"):
        State(path, "wrong")
    with pytest.raises(StateError, match="PULUMI_CONFIG_PASSPHRASE"):
        State(path, None)


def test_a_secret_is_not_written_without_a_passphrase(path: Path) -> None:
    with pytest.raises(StateError, match="PULUMI_CONFIG_PASSPHRASE"):
        State(path, None).put(resource("a", inputs={"s": Secret("x")}))
    assert not path.exists()


# --- damage ---


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 1])
def test_a_truncated_state_gives_way_to_the_previous_one_and_that_is_said(path: Path, share: float) -> None:
    two_writes(path)
    cut(path, share)
    state = State(path, None)
    assert [r.name for r in state.resources] == ["a"]
    assert "t.json cannot be read" in state.warnings[0]
    assert "using the previous state, t.json.bak" in state.warnings[1]


@pytest.mark.parametrize(
    "text", ["[]", "null", "{}", '{"deployment": 1}', '{"deployment": {"resources": [{}]}}', "\x00" * 50]
)
def test_an_edited_state_gives_way_to_the_previous_one(path: Path, text: str) -> None:
    two_writes(path)
    path.write_text(text)
    state = State(path, None)
    assert [r.name for r in state.resources] == ["a"] and len(state.warnings) == 2


def test_a_whole_state_is_loaded_without_a_warning(path: Path) -> None:
    two_writes(path)
    assert State(path, None).warnings == []


def test_two_damaged_states_are_an_error_that_names_the_file(path: Path) -> None:
    backup = two_writes(path).backup
    cut(path, 0.5)
    cut(backup, 0.5)
    with pytest.raises(StateError, match=r"t\.json nor its backup can be read"):
        State(path, None)


# --- crashes ---


@pytest.fixture
def crash_in_rename(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """The process ends just before the n-th rename from now; 0 heals."""

    def arm(which: int) -> None:
        calls: list[Path] = []

        def rename(source: Path, target: Path) -> None:
            calls.append(target)
            if len(calls) == which:
                raise Crash
            source.rename(target)

        monkeypatch.setattr("engine.state.os.replace", rename)

    return arm


def test_a_crash_before_the_first_rename_leaves_the_old_state(
    path: Path, crash_in_rename: Callable[[int], None]
) -> None:
    state = two_writes(path)
    crash_in_rename(1)
    with pytest.raises(Crash):
        state.put(resource("c"))
    assert names(path) == ["a", "b"]


def test_a_crash_between_the_renames_leaves_the_old_state_and_the_next_write_works(
    path: Path, crash_in_rename: Callable[[int], None]
) -> None:
    state = two_writes(path)
    crash_in_rename(2)
    with pytest.raises(Crash):
        state.put(resource("c"))
    crash_in_rename(0)
    again = State(path, None)
    assert [r.name for r in again.resources] == ["a", "b"] and again.warnings == []
    again.put(resource("d"))
    assert names(path) == ["a", "b", "d"]


@pytest.mark.parametrize("which", [1, 2])
def test_a_crash_right_after_a_recovery_leaves_a_state(
    path: Path, crash_in_rename: Callable[[int], None], which: int
) -> None:
    two_writes(path)
    cut(path, 0.5)
    recovered = State(path, None)
    crash_in_rename(which)
    with suppress(Crash):
        recovered.put(resource("c"))
    # The damaged file must not have taken the place of the good backup.
    assert names(path) in (["a"], ["a", "c"])


def test_a_file_is_there_all_the_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other commands read the state while a run writes it."""
    state = two_writes(path)
    replace, seen = os.replace, list[bool]()

    def watched(source: Any, target: Any) -> None:
        replace(source, target)
        seen.append(path.exists())

    monkeypatch.setattr(os, "replace", watched)
    before = path.read_text()
    state.put(resource("c"))
    assert seen and all(seen) and state.backup.read_text() == before != path.read_text()


# --- a full disk ---


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"mount is not permitted: {mounted.stderr.decode().strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_a_state_error_and_the_old_state_stays(small_disk: Path) -> None:
    path = small_disk / "t.json"
    state = two_writes(path)
    with pytest.raises(StateError, match=r"could not be written.*No space left"):
        state.put(resource("big", inputs={"x": "x" * 100_000}))
    again = State(path, None)
    assert [r.name for r in again.resources] == ["a", "b"] and again.warnings == []


def test_a_disk_with_space_again_is_written_to(small_disk: Path) -> None:
    path = small_disk / "t.json"
    state = two_writes(path)
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    with pytest.raises(StateError):
        state.put(resource("c"))
    filler.unlink()
    state.put(resource("d"))
    assert names(path) == ["a", "b", "c", "d"]


# --- pending operations ---


def test_a_crash_during_an_operation_leaves_it_pending(path: Path) -> None:
    state = two_writes(path)
    with pytest.raises(Crash), state.operation("updating", state.resources[0]):
        shutil.copy(path, path.with_name("crashed.json"))
        raise Crash
    crashed = State(path.with_name("crashed.json"), None)
    assert [(kind, r.name) for kind, r in crashed.pending.values()] == [("updating", "a")]


def test_pending_operations_survive_writes_and_reloads(path: Path) -> None:
    state = two_writes(path)
    with state.operation("creating", resource("c", inputs={"x": 1})):
        crashed = State(path, None)
        crashed.put(resource("d"))
        kind, pending = State(path, None).pending[resource("c").urn]
        assert (kind, pending.inputs) == ("creating", {"x": 1})


def test_an_operation_that_failed_is_pending_until_its_outcome_is_seen(path: Path) -> None:
    state = two_writes(path)
    with pytest.raises(HostError), state.operation("creating", resource("c")):
        raise HostError("exit status 1")
    again = State(path, None)
    assert again.pending.keys() == {resource("c").urn}
    again.put(resource("c"))
    assert State(path, None).pending == {}


# --- Pulumi's format ---


def test_the_document_has_the_shape_of_pulumis_deployment_v3(path: Path) -> None:
    state = State(path, WORD)
    state.put(Resource(STACK, "pulumi:pulumi:Stack", False))
    state.put(
        resource(
            "a",
            inputs={"create": "true", "stdin": Secret("x")},
            property_dependencies={"create": []},
            custom_timeouts={"create": 60.0},
            retain_on_delete=True,
        )
    )
    with state.operation("deleting", state.resources[1]):
        document = state.document(lambda resource: resource)
    assert set(document) == {"version", "deployment"} and document["version"] == 3
    deployment = document["deployment"]
    assert set(deployment) == {"manifest", "secrets_providers", "resources", "pending_operations"}
    assert set(deployment["manifest"]) == {"time", "magic", "version"}
    assert deployment["secrets_providers"]["type"] == "passphrase"
    assert deployment["secrets_providers"]["state"]["salt"].startswith("v1:")
    stack, command = deployment["resources"]
    assert {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack"}.items() <= stack.items()
    assert command["inputs"]["create"] == "true"
    assert command["inputs"]["stdin"][SIGNATURE] == SECRET_SIGNATURE
    assert command["inputs"]["stdin"]["ciphertext"].startswith("v1:")
    assert (command["customTimeouts"], command["retainOnDelete"]) == ({"create": 60.0}, True)
    assert (command["id"], command["parent"]) == ("a", STACK)
    assert set(stack) | set(command) <= RESOURCE_V3
    assert deployment["pending_operations"] == [{"type": "deleting", "resource": command}]


def test_the_file_is_the_document(path: Path) -> None:
    state = two_writes(path)
    written, document = json.loads(path.read_text()), state.document(lambda resource: resource)
    assert written["deployment"]["resources"] == document["deployment"]["resources"] != []
    assert written["version"] == document["version"]


# --- one operation at a time ---


def try_to_hold(path: Path, then: str = "") -> subprocess.CompletedProcess[str]:
    """Another process takes the stack, or says why it cannot."""
    script = f"""
import os, sys
from pathlib import Path
from config.errors import StateError
from engine.lock import exclusive
try:
    with exclusive(Path(sys.argv[1])):
        {then or "print('held')"}
except StateError as error:
    sys.exit(str(error))
"""
    return subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False,
    )


def test_a_second_process_is_refused_and_told_who_holds_the_stack(path: Path) -> None:
    with exclusive(path):
        second = try_to_hold(path)
    assert second.returncode == 1
    assert f"the stack is in use by process {os.getpid()}" in second.stderr


def test_the_stack_is_free_after_the_operation_and_after_the_death_of_its_holder(path: Path) -> None:
    with exclusive(path):
        pass
    assert try_to_hold(path, "os.kill(os.getpid(), 9)").returncode == -9
    assert try_to_hold(path).stdout == "held\n"


def test_the_stack_is_free_after_an_operation_that_failed(path: Path) -> None:
    with pytest.raises(HostError), exclusive(path):
        raise HostError("down")
    with exclusive(path):
        assert path.with_name("t.json.lock").read_text() == f"process {os.getpid()}"
