"""Marks of scripts whose hosts drifted; the host's answers come from an sshd in tests/e2e/test_read_hosts.py."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi_command.remote import Command, ConnectionArgs

from components.hosts.observe import OBSERVE
from components.stack import drift
from tests.components.program import registered

SCRIPT = f"make it\n{OBSERVE}\nlook at it"
SSH = {"host": "192.0.2.7", "host_key": "ssh-ed25519 AAAA"}


def program(before: Any, seen: str | None, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Name -> inputs of two commands, where the last `up` left `before` and the host now says `seen`."""
    asked: list[Any] = []

    async def look(name: str, connection: Any, script: str) -> str | None:
        asked.append((name, script.strip(), drift._plain(connection)))
        return seen

    class Before:
        def __init__(self, *_: Any) -> None: ...

        def get_output(self, name: str) -> pulumi.Output[Any]:
            assert name == "observed"
            return pulumi.Output.from_input(before)

    def run() -> None:
        connection = ConnectionArgs(**SSH, private_key=pulumi.Output.secret("k"))
        marks: list[pulumi.ResourceTransformation] = []
        monkeypatch.setattr(pulumi, "StackReference", Before)
        monkeypatch.setattr(pulumi.runtime, "register_stack_transformation", marks.append)
        one = drift.Drift()
        all_ = pulumi.ResourceOptions(transformations=marks)
        Command("conf", connection=connection, create=SCRIPT, update=SCRIPT, opts=all_)
        Command("other", connection=connection, create="no look", opts=all_)
        assert set(one.outputs()) == {"conf"}

    monkeypatch.setattr(drift, "_look", look)
    found = registered(run, "theirs", "prod", preview=True)
    if before:
        ssh = {"host": SSH["host"], "hostKey": SSH["host_key"], "privateKey": "k"}
        [(name, script, where)] = asked
        assert (name, script) == ("conf", "look at it") and ssh.items() <= where.items()
    return {name: inputs for _, name, inputs in found}


@pytest.mark.parametrize(
    ("before", "seen", "mark"),
    [
        (None, None, 0),  # before the first `up` nobody is asked
        ({"conf": {"seen": "as it was", "mark": 0}}, "as it was", 0),
        ({"conf": {"seen": "as it was", "mark": 0}}, "another", 1),
        ({"conf": {"seen": "as it was", "mark": 4.0}}, "as it was", 4),  # numbers of outputs are floats
        ({"conf": {"seen": "as it was", "mark": 4}}, "another", 5),
        ({"conf": {"seen": "as it was", "mark": 4}}, None, 4),  # a host that cannot be asked
    ],
)
def test_a_script_is_marked_anew_where_its_host_drifted(
    before: Any, seen: str | None, mark: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = program(before, seen, monkeypatch)
    wanted = f"# mark: {mark}\n{SCRIPT}" if mark else SCRIPT
    assert (found["conf"]["create"], found["conf"]["update"]) == (wanted, wanted)
    assert found["other"]["create"] == "no look"
