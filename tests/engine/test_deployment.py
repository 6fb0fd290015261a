"""Real Pulumi programs on the built-in engine. Their commands leave traces in the test's directory."""

from __future__ import annotations

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import pytest

from config.errors import DeploymentFailed, StateError, UnsupportedResource
from engine import program, registry
from engine.deployment import Deployment
from engine.events import Step, silent
from engine.passphrase import Passphrase
from engine.registry import Providers
from engine.resource import Resource
from engine.settings import read
from engine.state import State
from engine.values import UNKNOWN, Secret
from tests.engine.project import Project, fates, until

PREFIX = "urn:pulumi:t::proj::"
COMMAND = "command:local:Command"
STACK = f"{PREFIX}pulumi:pulumi:Stack::proj-t"
CONTAINER = 'pulumi.CustomResource("docker:index:Container", "box", {"image": "nginx"})\n'
# Prints what nobody could find in the program's text.
PRINTS_MILLION = "echo $((1000 * 1000))"


# --- create, same, update, replace, delete ---


def test_a_new_command_is_created_and_recorded(project: Project) -> None:
    summary = project.up('command("a", create="echo out; echo err >&2; " + log("create a"))')
    resource = project.resource("a")
    assert fates(summary) == {"a": "create"} and project.log == ["create a"]
    assert (resource.outputs["stdout"], resource.outputs["stderr"]) == ("out", "err")
    assert resource.id and resource.created and project.pending() == []


def test_a_second_up_runs_nothing_and_changes_nothing(project: Project) -> None:
    program = 'a = command("a")\ncommand("b", stdin=a.stdout)\npulumi.export("o", a.stdout)'
    project.up(program)
    before = project.engine.export()["deployment"]["resources"]
    summary = project.up(program)
    assert fates(summary) == {"a": "same", "b": "same"} and summary.changed == []
    assert project.log == ["create a", "create b"]
    assert project.engine.export()["deployment"]["resources"] == before


UNCHANGED = """
a = command("a", environment={f"K{i}": f"{i}" for i in range(20)}, triggers=[None, {"x": None, "y": 1.5, "z": 2.0}])
b = command("b", stdin=Output.secret("x"))
command("c", stdin=Output.concat(a.stdout, b.stdout, a.id, b.id), triggers=[pulumi.StringAsset("text")])
Group("g").register_outputs({f"K{i}": [i, None] for i in range(20)})
pulumi.export("o", {f"K{i}": Output.secret(i) for i in range(20)})
"""


def test_an_up_in_another_process_that_changes_nothing_writes_nothing(project: Project) -> None:
    # In another process sets and protobuf maps have another order.
    project.up(UNCHANGED)
    before = project.engine.path.read_bytes()
    with project.running_up(UNCHANGED) as process:
        assert process.wait(30) == 0
    assert project.engine.path.read_bytes() == before


def test_an_unchanged_file_asset_writes_nothing(project: Project) -> None:
    text = 'command("a", triggers=[pulumi.FileAsset(f"{ROOT}/program/Pulumi.yaml")])'
    project.up(text)
    before = project.engine.path.read_bytes()
    project.up(text)
    assert project.engine.path.read_bytes() == before


def test_a_changed_input_runs_update(project: Project) -> None:
    project.up('command("a", environment={"X": "1"})')
    before = project.resource("a")
    summary = project.up('command("a", environment={"X": "2"}, update="echo $X; " + log("update a"))')
    after = project.resource("a")
    assert fates(summary) == {"a": "update"} and project.log == ["create a", "update a"]
    assert (after.id, after.created, after.outputs["stdout"]) == (before.id, before.created, "2")
    assert [c.path for c in summary.changed[0].changes] == ["environment.X", "update"]


def test_without_an_update_script_create_is_run_again(project: Project) -> None:
    project.up('command("a", update=None, stdin="1")')
    assert fates(project.up('command("a", update=None, stdin="2")')) == {"a": "update"}
    assert project.log == ["create a", "create a"]


def test_a_changed_delete_script_is_recorded_and_only_run_at_the_end(project: Project) -> None:
    project.up('command("a")')
    project.up('command("a", delete=log("gone"))')
    assert project.log == ["create a"]
    project.up("")
    assert project.log == ["create a", "gone"]


def test_a_changed_trigger_replaces_and_deletes_first(project: Project) -> None:
    project.up('command("a", triggers=[1, "x"])')
    before = project.resource("a").id
    summary = project.up('command("a", triggers=[2, "x"])')
    assert fates(summary) == {"a": "replace"} and summary.changed[0].replace_keys[0] == "triggers[0]"
    assert project.log == ["create a", "delete a", "create a"]
    assert project.resource("a").id != before and project.names() == ["a"]


CHAIN = """
group = Group("group")
a = command("a", ResourceOptions(parent=group))
b = command("b", stdin=a.stdout)
c = command("c", ResourceOptions(depends_on=[b]))
"""


def test_what_is_no_longer_declared_is_deleted_dependents_first(project: Project) -> None:
    project.up(CHAIN)
    summary = project.up("")
    assert project.log[3:] == ["delete c", "delete b", "delete a"]
    assert [step.name for step in summary.changed] == ["c", "b", "a", "group", f"default_{sdk_version()}"]
    assert [r.name for r in project.engine.resources()] == ["proj-t"]


def test_destroy_deletes_everything_dependents_first(project: Project) -> None:
    project.up(CHAIN)
    project.engine.destroy()
    assert project.log[3:] == ["delete c", "delete b", "delete a"]
    assert project.engine.resources() == []


def test_destroy_leaves_no_pending_operation_of_an_earlier_crash(project: Project) -> None:
    project.up('command("a")')
    state = State(project.engine.path, None)
    state.pending["b"] = ("creating", Resource(f"{PREFIX}{COMMAND}::b", COMMAND, True))
    state.write()
    project.engine.destroy()
    assert project.pending() == []


def test_what_an_interrupted_create_may_have_made_is_deleted_where_nobody_declares_it(project: Project) -> None:
    project.up('command("a")')
    state = State(project.engine.path, None)
    begun = Resource(f"{PREFIX}{COMMAND}::b", COMMAND, True, {"delete": f"echo delete b >> {project.root}/log"})
    state.pending[begun.urn] = ("creating", begun)
    state.write()
    summary = project.up('command("a")')
    assert summary.warnings == ["b: an earlier run was interrupted while creating it"]
    assert fates(summary) == {"a": "same", "b": "delete"} and project.log == ["create a", "delete b"]
    assert project.pending() == [] and project.engine.up().warnings == []


def test_a_name_that_is_declared_twice_is_refused_before_anything_is_run(project: Project) -> None:
    assert f"{PREFIX}{COMMAND}::a: declared twice" in project.fails('command("a")\ncommand("a")')
    assert project.log == []


def test_a_program_that_fails_deletes_nothing(project: Project) -> None:
    project.up('command("a")')
    assert "nothing to see" in project.fails('raise pulumi.RunError("nothing to see")')
    with pytest.raises(ZeroDivisionError):
        project.up("1 / 0")
    assert project.log == ["create a"] and project.names() == ["a"]


def test_what_rests_on_a_failed_value_is_no_second_failure(project: Project) -> None:
    text = """
from config.errors import EdgeError
def wrong(value):
    raise EdgeError(f"{value} does not fit")
command("b", create=Output.from_input("one").apply(wrong))
"""
    # Futures that nobody read are told when the process ends.
    with project.running_up(text) as process:
        assert process.communicate(timeout=30)[1] == "one does not fit\n"


def test_a_program_that_says_what_is_wrong_and_ends_has_failed(project: Project) -> None:
    project.up('command("a")')
    assert project.fails('pulumi.log.error("it is wrong")') == "it is wrong"
    assert project.fails('import sys\npulumi.log.error("it is wrong")\nsys.exit(32)') == "it is wrong"
    assert "ended with status 3" in project.fails("import sys\nsys.exit(3)")
    assert project.up('import sys\ncommand("a")\npulumi.log.warn("odd")\nsys.exit(0)').warnings == ["odd"]
    assert project.log == ["create a"] and project.names() == ["a"]


def test_a_provider_function_is_refused_with_its_name(project: Project) -> None:
    text = "from pulumi_command import local\nlocal.run_output(command='true')"
    project.write(text)
    with pytest.raises(UnsupportedResource, match="command:local:run: a call of a provider's function"):
        project.engine.up()


def test_the_command_provider_is_made_once_however_many_commands_start_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[object] = []

    def slow_pool(ending: object) -> object:
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    monkeypatch.setattr(registry, "SshPool", slow_pool)
    providers = Providers()
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(providers.of, [COMMAND] * 8))
    assert len(found) == len(made) == 1


# --- URNs and order ---


def sdk_version() -> str:
    return version("pulumi_command").replace(".", "_")


def test_urns_and_parents_are_pulumis(project: Project) -> None:
    project.up("""
outer = Group("outer", "my:kind:Outer")
inner = Group("inner", "my:kind:Inner", ResourceOptions(parent=outer))
command("a", ResourceOptions(parent=inner))
command("b")
""")
    outer, inner = f"{PREFIX}my:kind:Outer::outer", f"{PREFIX}my:kind:Outer$my:kind:Inner::inner"
    provider = f"{PREFIX}pulumi:providers:command::default_{sdk_version()}"
    found = {r.urn: r.parent for r in project.engine.resources()}
    assert found.pop(provider) in ("", STACK)
    assert found == {
        STACK: "",
        outer: STACK,
        inner: outer,
        f"{PREFIX}my:kind:Outer$my:kind:Inner${COMMAND}::a": inner,
        f"{PREFIX}{COMMAND}::b": STACK,
    }
    assert project.resource("b").provider == f"{provider}::{project.resource(f'default_{sdk_version()}').id}"


def test_an_explicit_provider_is_recorded_and_outlives_its_resources(project: Project) -> None:
    project.up("""
import pulumi_command
command("a", ResourceOptions(provider=pulumi_command.Provider("mine")))
""")
    mine = project.resource("mine")
    assert mine.urn == f"{PREFIX}pulumi:providers:command::mine"
    assert project.resource("a").provider == f"{mine.urn}::{mine.id}" and mine.id
    assert [step.name for step in project.up("").changed] == ["a", "mine"]


def test_the_outputs_of_a_component_are_recorded_and_so_is_their_change(project: Project) -> None:
    project.up('Group("g").register_outputs({"x": 1})')
    assert project.resource("g").outputs == {"x": 1}
    project.up('Group("g").register_outputs({"x": 2})')
    assert project.resource("g").outputs == {"x": 2}


def test_the_state_lists_a_resource_after_what_it_refers_to(project: Project) -> None:
    project.up('a = command("a", triggers=[1])\ncommand("b", ResourceOptions(depends_on=[a]))')
    project.up('a = command("a", triggers=[2])\ncommand("b", ResourceOptions(depends_on=[a]))')
    seen: set[str] = set()
    for resource in project.engine.resources():
        assert resource.references() <= seen
        seen.add(resource.urn)
    assert len(seen) == 4


def test_depends_on_waits_for_the_other_to_be_done(project: Project) -> None:
    project.up("""
slow = command("slow", create="sleep 0.3; " + log("create slow"))
command("next", ResourceOptions(depends_on=[slow]))
""")
    assert project.log == ["create slow", "create next"]
    assert project.resource("next").dependencies == [f"{PREFIX}{COMMAND}::slow"]


def test_an_output_is_passed_on_and_recorded_as_a_dependency(project: Project) -> None:
    project.up('a = command("a", create="echo 1")\ncommand("b", create=Output.concat("echo ", a.stdout, "2"))')
    b = project.resource("b")
    assert b.outputs["stdout"] == "12"
    assert b.property_dependencies["create"] == b.dependencies == [f"{PREFIX}{COMMAND}::a"]


def test_independent_commands_run_at_the_same_time(project: Project) -> None:
    project.up("""
for mine, others in ("a", "b"), ("b", "a"):
    command(mine, ResourceOptions(custom_timeouts=CustomTimeouts(create="20s")),
            create=f"touch {ROOT}/{mine}; until [ -e {ROOT}/{others} ]; do sleep 0.02; done")
""")
    assert sorted(project.names()) == ["a", "b"]


def test_independent_commands_are_deleted_at_the_same_time(project: Project) -> None:
    project.up("""
for mine, others in ("a", "b"), ("b", "a"):
    command(mine, ResourceOptions(custom_timeouts=CustomTimeouts(delete="20s")),
            delete=f"touch {ROOT}/{mine}; until [ -e {ROOT}/{others} ]; do sleep 0.02; done")
""")
    project.engine.destroy()
    assert project.engine.resources() == []


# --- resource options ---

PROTECTED = 'command("a", ResourceOptions(protect=True), triggers=[{}])'


def test_a_protected_resource_is_not_deleted(project: Project) -> None:
    project.up(PROTECTED.format(1))
    assert "a: is protected and would be deleted" in project.fails("")
    with pytest.raises(DeploymentFailed, match="these resources are protected: a"):
        project.engine.destroy()
    assert project.log == ["create a"] and project.names() == ["a"]


def test_a_protected_resource_is_not_replaced(project: Project) -> None:
    project.up(PROTECTED.format(1))
    assert "a: is protected and would be replaced" in project.fails(PROTECTED.format(2))
    assert project.log == ["create a"] and project.resource("a").inputs["triggers"] == [1]


def test_a_preview_says_that_a_protected_resource_would_have_to_go(project: Project) -> None:
    project.up(PROTECTED.format(1))
    with pytest.raises(DeploymentFailed, match="a: is protected and would be deleted"):
        project.preview("")


def test_protection_that_is_added_later_protects(project: Project) -> None:
    project.up('command("a")')
    project.up('command("a", ResourceOptions(protect=True))')
    assert "a: is protected" in project.fails("")
    assert project.log == ["create a"]


def test_protection_that_is_taken_away_lets_go(project: Project) -> None:
    project.up(PROTECTED.format(1))
    project.up('command("a", triggers=[1])')
    project.up("")
    assert project.log == ["create a", "delete a"]


def test_options_that_change_alone_are_recorded_and_run_nothing(project: Project) -> None:
    project.up('a = command("a")\ncommand("b")')
    project.up("""
a = command("a")
command("b", ResourceOptions(depends_on=[a], retain_on_delete=True, deleted_with=a,
                             custom_timeouts=CustomTimeouts(delete="7s")))
""")
    b = project.resource("b")
    assert sorted(project.log) == ["create a", "create b"]
    assert (b.dependencies, b.deleted_with) == ([f"{PREFIX}{COMMAND}::a"], f"{PREFIX}{COMMAND}::a")
    assert (b.retain_on_delete, b.custom_timeouts) == (True, {"delete": 7.0})


def test_an_ignored_change_runs_nothing_and_the_old_value_stays(project: Project) -> None:
    options = 'ResourceOptions(ignore_changes=["stdin", "environment.X"])'
    text = f'command("a", {options}, stdin="{{0}}", environment={{{{"X": "{{0}}"}}}})'
    project.up(text.format("old"))
    assert fates(project.up(text.format("new"))) == {"a": "same"}
    inputs = project.resource("a").inputs
    assert (inputs["stdin"], inputs["environment"]) == ("old", {"X": "old"}) and project.log == ["create a"]


def test_another_change_beside_an_ignored_one_is_applied_without_it(project: Project) -> None:
    options = 'ResourceOptions(ignore_changes=["stdin"])'
    text = f'command("a", {options}, stdin="{{0}}", environment={{{{"X": "{{0}}"}}}}, update="cat")'
    project.up(text.format("old"))
    assert fates(project.up(text.format("new"))) == {"a": "update"}
    assert project.resource("a").outputs["stdout"] == "old"


@pytest.mark.parametrize("path", ["environment.X", "environment", "*"])
def test_replace_on_changes_makes_a_replacement_of_an_update(project: Project, path: str) -> None:
    text = f'command("a", ResourceOptions(replace_on_changes=["{path}"]), environment={{{{"X": "{{}}"}}}})'
    project.up(text.format("old"))
    assert fates(project.up(text.format("new"))) == {"a": "replace"}
    assert project.log == ["create a", "delete a", "create a"]


def test_replace_on_changes_leaves_other_changes_alone(project: Project) -> None:
    text = 'command("a", ResourceOptions(replace_on_changes=["stdin"]), environment={{"X": "{}"}})'
    project.up(text.format("old"))
    assert fates(project.up(text.format("new"))) == {"a": "update"}


CREATE_FIRST = 'command("a", ResourceOptions(delete_before_replace=False), triggers=[{}], create={})'


def test_without_delete_before_replace_the_new_one_is_created_first(project: Project) -> None:
    project.up(CREATE_FIRST.format(1, 'log("one")'))
    project.up(CREATE_FIRST.format(2, 'log("two")'))
    assert project.log == ["one", "two", "delete a"] and project.names() == ["a"]


def test_the_old_one_stays_where_its_replacement_cannot_be_created(project: Project) -> None:
    project.up(CREATE_FIRST.format(1, 'log("one")'))
    project.fails(CREATE_FIRST.format(2, '"exit 1"'))
    assert project.resource("a").inputs["triggers"] == [1] and project.log == ["one"]


def test_a_replacement_that_fails_after_the_deletion_is_created_by_the_next_up(project: Project) -> None:
    project.up('command("a", triggers=[1])')
    project.fails('command("a", triggers=[2], create="exit 1")')
    assert project.log == ["create a", "delete a"] and project.names() == []
    assert fates(project.up('command("a", triggers=[2])')) == {"a": "create"}
    assert project.log == ["create a", "delete a", "create a"]


def test_a_replacement_is_pending_until_it_is_recorded(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.up(CREATE_FIRST.format(1, 'log("one")'))
    known: list[bool] = []
    write = State.write

    def watch(state: State) -> None:
        write(state)
        if project.log == ["one", "two"]:
            there = [r for r in project.engine.resources() if r.name == "a" and r.inputs["triggers"] == [2]]
            known.append(bool(there or project.pending()))

    monkeypatch.setattr(State, "write", watch)
    project.up(CREATE_FIRST.format(2, 'log("two")'))
    assert known and all(known)


def test_the_old_one_is_still_deleted_when_the_run_that_replaced_it_failed_later(project: Project) -> None:
    more = '\ncommand("b", ResourceOptions(depends_on=[pulumi_a]), create="{}")'
    project.up(CREATE_FIRST.format(1, 'log("one")'))
    project.fails("pulumi_a = " + CREATE_FIRST.format(2, 'log("two")') + more.format("exit 1"))
    assert project.log == ["one", "two"]
    assert [r.delete for r in project.engine.resources() if r.name == "a"] == [True, False]
    project.up("pulumi_a = " + CREATE_FIRST.format(2, 'log("two")') + more.format("true"))
    assert project.log == ["one", "two", "delete a"] and sorted(project.names()) == ["a", "b"]


def test_retain_on_delete_forgets_without_running_delete(project: Project) -> None:
    project.up('command("a", ResourceOptions(retain_on_delete=True))')
    assert fates(project.up("")) == {"a": "delete"}
    assert project.log == ["create a"] and project.names() == []


DELETED_WITH = 'a = command("a")\ncommand("b", ResourceOptions(deleted_with=a))'


def test_deleted_with_skips_the_delete_command_when_both_go(project: Project) -> None:
    project.up(DELETED_WITH)
    project.forget_log()
    project.up("")
    assert project.log == ["delete a"] and project.names() == []


def test_deleted_with_runs_the_delete_command_when_the_other_stays(project: Project) -> None:
    project.up(DELETED_WITH)
    project.forget_log()
    project.up('command("a")')
    assert project.log == ["delete b"] and project.names() == ["a"]


@pytest.mark.parametrize(
    ("name", "parent", "alias"),
    [
        ("new", "None", 'Alias(name="old")'),
        ("new", "None", f'"{PREFIX}{COMMAND}::old"'),
        ("old", 'Group("g")', "Alias(parent=pulumi.ROOT_STACK_RESOURCE)"),
    ],
    ids=["name", "urn", "parent"],
)
def test_an_alias_renames_without_a_command_and_once_and_for_all(
    project: Project, name: str, parent: str, alias: str
) -> None:
    def declared(name: str, parent: str, alias: str) -> str:
        options = f"ResourceOptions(parent={parent}, aliases=[{alias}])"
        return f'command("{name}", {options}, create=log("create"), update=log("update"), delete=log("delete"))'

    project.up(declared("old", "None", ""))
    before = project.resource("old")
    summary = project.up(declared(name, parent, alias))
    after = project.resource(name)
    assert fates(summary)[name] == "same" and len(project.names()) == 1
    assert after.id == before.id and after.urn != before.urn
    # From now on the alias is not needed any more.
    project.up(declared(name, parent, ""))
    assert project.log == ["create"] and project.resource(name).id == before.id


def test_children_keep_their_state_when_their_component_is_renamed_by_an_alias(project: Project) -> None:
    project.up('command("a", ResourceOptions(parent=Group("g", "my:kind:Old")))')
    alias = 'ResourceOptions(aliases=[Alias(type_="my:kind:Old")])'
    project.up(f'command("a", ResourceOptions(parent=Group("g", "my:kind:New", {alias})))')
    assert project.log == ["create a"]
    assert project.resource("a").urn == f"{PREFIX}my:kind:New${COMMAND}::a"


def test_children_keep_their_state_when_the_run_that_renamed_their_component_failed(project: Project) -> None:
    text = """
bad = command("bad", create="{}")
group = Group("g", "my:kind:New", ResourceOptions(aliases=[Alias(type_="my:kind:Old")]))
command("a", ResourceOptions(parent=group, depends_on=[bad]))
"""
    project.up('command("a", ResourceOptions(parent=Group("g", "my:kind:Old")))')
    project.fails(text.format("sleep 0.2; exit 1"))
    project.up(text.format("true"))
    assert project.log == ["create a"]


def test_custom_timeouts_end_a_command_that_takes_too_long(project: Project) -> None:
    text = 'command("a", ResourceOptions(custom_timeouts=CustomTimeouts({}="1s")), stdin="{}", {}="exec sleep 30")'
    began = time.monotonic()
    assert "a: local command: did not end within 1 s" in project.fails(text.format("create", 1, "create"))
    project.up('command("a")')
    assert "did not end within 1 s" in project.fails(text.format("update", 2, "update"))
    assert time.monotonic() - began < 20


def test_nothing_that_a_command_started_goes_on_after_its_timeout(project: Project) -> None:
    timeouts = 'ResourceOptions(custom_timeouts=CustomTimeouts(create="300ms"))'
    project.fails(f'command("a", {timeouts}, create="(sleep 1; " + log("too late") + ") & wait")')
    time.sleep(1.2)
    assert project.log == []


def test_the_delete_timeout_is_the_recorded_one(project: Project) -> None:
    project.up('command("a", ResourceOptions(custom_timeouts=CustomTimeouts(delete="1s")), delete="exec sleep 30")')
    assert "did not end within 1 s" in project.fails("")
    assert project.names() == ["a"]


def test_a_timeout_in_milliseconds_is_understood(project: Project) -> None:
    timeouts = 'CustomTimeouts(create="1500ms", update="1m30s", delete="1h")'
    project.up(f'command("a", ResourceOptions(custom_timeouts={timeouts}))')
    assert project.resource("a").custom_timeouts == {"create": 1.5, "update": 90.0, "delete": 3600.0}


# --- secrets ---


def test_additional_secret_outputs_are_encrypted_in_the_state(project: Project) -> None:
    project.up(f'command("a", ResourceOptions(additional_secret_outputs=["stdout"]), create="{PRINTS_MILLION}")')
    assert project.resource("a").outputs["stdout"] == Secret("1000000")
    assert "1000000" not in project.state_text()


def test_an_output_that_is_made_secret_later_is_encrypted_from_then_on(project: Project) -> None:
    project.up(f'command("a", create="{PRINTS_MILLION}")')
    project.up(f'command("a", ResourceOptions(additional_secret_outputs=["stdout"]), create="{PRINTS_MILLION}")')
    assert project.resource("a").outputs["stdout"] == Secret("1000000")


def test_an_input_that_is_made_secret_later_is_encrypted_from_then_on(project: Project) -> None:
    project.up('command("a", stdin="hush")')
    project.up('command("a", stdin=Output.secret("hush"))')
    assert project.resource("a").inputs["stdin"] == Secret("hush")
    assert project.log == ["create a"]


def test_secret_inputs_reach_the_command_and_are_encrypted_in_the_state(project: Project) -> None:
    secrets = 'environment={"X": Output.secret("hush")}, stdin=Output.secret("hash")'
    project.up(f'command("a", create=log("$X$(cat)"), {secrets})')
    assert project.log == ["hushhash"]
    assert "hush" not in project.state_text() and "hash" not in project.state_text()


def test_what_a_command_prints_is_secret_where_an_input_was(project: Project) -> None:
    # As of the provider of the real CLI: every output depends on every input.
    project.up('command("a", create="cat", stdin=Output.secret("hush"))')
    assert project.resource("a").outputs["stdout"] == Secret("hush")


def test_a_secret_stays_one_on_its_way_to_the_next_resource(project: Project) -> None:
    secret = 'ResourceOptions(additional_secret_outputs=["stdout"])'
    project.up(f'a = command("a", {secret}, create="{PRINTS_MILLION}")\ncommand("b", environment={{"X": a.stdout}})')
    assert project.resource("b").inputs["environment"] in ({"X": Secret("1000000")}, Secret({"X": "1000000"}))


def test_stack_outputs_are_recorded_and_secret_ones_encrypted(project: Project) -> None:
    summary = project.up(f"""
a = command("a", create="{PRINTS_MILLION}")
pulumi.export("number", 1)
pulumi.export("nested", {{"list": [a.id, True, None]}})
pulumi.export("secret", Output.secret(a.stdout.apply(lambda text: text + "!")))
""")
    expected = {"number": 1, "nested": {"list": [project.resource("a").id, True, None]}, "secret": Secret("1000000!")}
    assert project.engine.outputs() == summary.outputs == expected
    assert "1000000!" not in project.state_text()


def test_a_stack_output_that_changes_alone_is_recorded(project: Project) -> None:
    project.up('command("a")\npulumi.export("x", 1)\npulumi.export("gone", 1)')
    project.up('command("a")\npulumi.export("x", 2)')
    assert project.engine.outputs() == {"x": 2} and project.log == ["create a"]


def test_configuration_reaches_the_program_with_its_secrets(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "word")
    crypto = Passphrase("word")
    (project.directory / "Pulumi.t.yaml").write_text(
        f"encryptionsalt: {crypto.salt_line}\nconfig:\n  open: 1\n  closed: {{secure: '{crypto.encrypt('hush')}'}}\n"
    )
    project.up("""
config = pulumi.Config()
pulumi.export("open", config.require_int("open"))
pulumi.export("closed", config.require_secret("closed"))
""")
    assert project.engine.outputs() == {"open": 1, "closed": Secret("hush")}


# --- preview ---


def test_a_preview_runs_nothing_and_writes_no_state(project: Project) -> None:
    summary = project.preview('command("a", create=log("create"))')
    assert fates(summary) == {"a": "create"}
    assert project.log == [] and not project.engine.path.exists()


def test_a_preview_shows_what_up_would_do(project: Project) -> None:
    project.up('for name in "same", "update", "replace", "delete":\n    command(name, triggers=[1], stdin="1")')
    project.forget_log()
    changed = """
command("same", triggers=[1], stdin="1")
command("update", triggers=[1], stdin="2")
command("replace", triggers=[2], stdin="1")
command("create")
"""
    planned = fates(project.preview(changed))
    assert planned == {name: name for name in ("same", "update", "replace", "create", "delete")}
    assert project.log == []
    assert fates(project.up(changed)) == planned


def test_a_fresh_preview_plans_as_if_nothing_was_there(project: Project) -> None:
    project.up('command("a")')
    assert fates(project.engine.preview(fresh=True)) == {"a": "create"}
    assert project.names() == ["a"]


FROM_OUTPUT = """
a = command("a", create="echo 1")
command("b", create=Output.concat("echo ", a.stdout))
a.stdout.apply(lambda text: open(f"{ROOT}/applied", "a").write(text))
pulumi.export("o", a.stdout)
"""


def planned(project: Project, text: str) -> Deployment:
    """A deployment that only plans, driven without the operations around it."""
    project.write(text)
    deployment = Deployment(State(project.engine.path, None), Providers(), dry_run=True, listener=silent)
    program.run(project.directory, read(project.directory, "t", None), deployment)
    deployment.providers.close()
    return deployment


def test_what_only_a_run_can_tell_is_unknown_in_a_preview(project: Project) -> None:
    deployment = planned(project, FROM_OUTPUT)
    b = deployment.registered.get(f"{PREFIX}{COMMAND}::b")
    assert b is not None and b.inputs["create"] is UNKNOWN
    assert deployment.summary.outputs == {"o": UNKNOWN}
    assert not (project.root / "applied").exists()


def test_what_is_known_already_is_known_in_a_preview(project: Project) -> None:
    project.up(FROM_OUTPUT)
    deployment = planned(project, FROM_OUTPUT)
    b = deployment.registered.get(f"{PREFIX}{COMMAND}::b")
    assert b is not None and b.inputs["create"] == "echo 1"
    assert fates(deployment.summary) == {"a": "same", "b": "same"}


def test_an_update_makes_what_follows_from_it_unknown_and_so_an_update_too(project: Project) -> None:
    project.up(FROM_OUTPUT)
    summary = project.preview(FROM_OUTPUT.replace("echo 1", "echo 2"))
    assert fates(summary) == {"a": "update", "b": "update"}
    change = next(step for step in summary.steps if step.name == "b").changes[0]
    assert (change.path, change.before, change.after) == ("create", "echo 1", UNKNOWN)


# --- failures ---

FAILING = """
good = command("good", create=log("start good") + "; sleep 0.5; " + log("end good"))
bad = command("bad", create="{}")
command("after-bad", ResourceOptions(depends_on=[bad]))
command("after-good", ResourceOptions(depends_on=[good]))
"""
# Fails once `good` is under way.
FAILS = "until [ -e {ROOT}/log ]; do sleep 0.02; done; echo noise; echo reason >&2; exit 3"


def failing(project: Project) -> str:
    return FAILING.format(FAILS.replace("{ROOT}", str(project.root)))


def test_a_failure_lets_running_steps_end_and_starts_no_new_ones(project: Project) -> None:
    steps: list[tuple[str, bool]] = []

    def listener(step: Step, over: bool) -> None:
        if over and step.type == COMMAND:
            steps.append((step.name, bool(step.error)))

    project.write(failing(project))
    with pytest.raises(DeploymentFailed) as caught:
        project.engine.up(listener)
    assert caught.value.failures == ("Command bad: local command: exit status 3: reason",)
    assert steps == [("bad", True), ("good", False)]
    assert project.log == ["start good", "end good"] and project.names() == ["good"]


def test_the_next_up_goes_on_where_the_failed_one_stopped(project: Project) -> None:
    project.fails(failing(project))
    summary = project.up(FAILING.format("true"))
    assert fates(summary) == {"good": "same", "bad": "create", "after-bad": "create", "after-good": "create"}
    assert sorted(project.log[2:]) == ["create after-bad", "create after-good"]


def test_nobody_knows_how_far_a_failed_step_came(project: Project) -> None:
    project.fails(failing(project))
    assert [entry["type"] for entry in project.pending()] == ["creating"]
    assert project.up(FAILING.format("true")).warnings == ["bad: an earlier run was interrupted while creating it"]
    assert project.pending() == []


def test_a_failed_delete_is_no_resource_that_is_there(project: Project) -> None:
    declared = 'command("a", delete="exit 1")'
    project.up(declared)
    project.fails("")
    # It may be gone: to call it unchanged would be a guess.
    assert fates(project.up(declared)) == {"a": "create"} and project.log == ["create a", "create a"]


def test_an_update_that_failed_is_undone_by_the_old_inputs(project: Project) -> None:
    project.up('command("a", stdin="1")')
    project.fails('command("a", stdin="2", update="exit 1")')
    assert fates(project.up('command("a", stdin="1")')) == {"a": "update"}
    assert project.log == ["create a", "update a"]


def test_a_failed_update_is_tried_again(project: Project) -> None:
    project.up('command("a", stdin="1")')
    project.fails('command("a", stdin="2", update="exit 1")')
    assert project.resource("a").inputs["stdin"] == "1"
    assert fates(project.up('command("a", stdin="2")')) == {"a": "update"}
    assert project.log == ["create a", "update a"]


def test_a_failed_delete_keeps_what_it_depends_on(project: Project) -> None:
    project.up('a = command("a")\ncommand("b", ResourceOptions(depends_on=[a]), delete="exit 1")')
    assert "Command b: local command: exit status 1" in project.fails("")
    assert sorted(project.names()) == ["a", "b"] and "delete a" not in project.log


def test_nothing_is_deleted_after_a_failure(project: Project) -> None:
    project.up('command("old")')
    project.fails('command("bad", create="exit 1")')
    assert project.log == ["create old"] and project.names() == ["old"]


def test_a_full_disk_ends_the_run_as_a_failure(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(state: State) -> None:
        raise StateError("the state could not be written: No space left on device")

    project.write('command("a")')
    monkeypatch.setattr(State, "write", full)
    with pytest.raises((DeploymentFailed, StateError), match="No space left"):
        project.engine.up()
    assert project.log == []


@pytest.mark.parametrize(
    "arguments", ['interpreter=["/no/such/shell"]', 'dir="/no/such/directory"'], ids=["interpreter", "directory"]
)
def test_a_command_that_cannot_be_started_is_a_failure_of_its_resource(project: Project, arguments: str) -> None:
    assert "Command a: " in project.fails(f'command("a", {arguments})')


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_file_asset_that_is_missing_is_an_error_that_names_the_file(project: Project) -> None:
    text = """
from pulumi_command import remote
remote.CopyToRemote("copy", connection=remote.ConnectionArgs(host="h"), remote_path="/x",
                    source=pulumi.FileAsset("/no/such/file"))
"""
    assert "/no/such/file" in project.fails(text)


def test_a_command_may_print_what_is_no_text(project: Project) -> None:
    project.up(r'command("a", create="printf \"a\\377b\"")')
    assert project.resource("a").outputs["stdout"].startswith("a")


def test_the_previous_output_is_in_the_environment_of_update_and_delete(project: Project) -> None:
    scripts = 'update=log("$PULUMI_COMMAND_STDOUT") + "; echo second", delete=log("$PULUMI_COMMAND_STDOUT")'
    project.up(f'command("a", create="echo first", {scripts})')
    project.up(f'command("a", create="echo first", {scripts}, stdin="x")')
    project.up("")
    assert project.log == ["first", "second"]


# --- types without a provider here ---


def test_an_unsupported_type_is_planned_by_preview(project: Project) -> None:
    assert fates(project.preview('command("a")\n' + CONTAINER)) == {"a": "create", "box": "create"}


def test_an_unsupported_type_is_refused_by_up_before_any_command_has_run(project: Project) -> None:
    project.write('command("a")\n' + CONTAINER)
    with pytest.raises(UnsupportedResource, match=r"box \(docker:index:Container\)"):
        project.engine.up()
    assert project.log == [] and project.engine.resources() == []


def test_an_unsupported_type_that_would_have_to_be_deleted_is_refused_before_any_command_has_run(
    project: Project,
) -> None:
    box = {"urn": f"{PREFIX}docker:index:Container::box", "type": "docker:index:Container", "custom": True, "id": "1"}
    project.engine.import_(json.dumps({"version": 3, "deployment": {"resources": [box]}}))
    project.write('command("a")')
    with pytest.raises(UnsupportedResource, match="box"):
        project.engine.up()
    assert project.log == []


# --- export and import ---

EXPORTED = """
a = command("a", ResourceOptions(parent=Group("g")), stdin={})
command("b", create=Output.concat("echo ", a.stdout), delete=log("delete b"))
pulumi.export("o", a.id)
"""


@pytest.mark.parametrize("stdin", ['"open"', 'Output.secret("hush")'], ids=["open", "secret"])
def test_an_exported_stack_is_imported_elsewhere_and_up_to_date(
    project: Project, monkeypatch: pytest.MonkeyPatch, stdin: str
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "word")
    project.up(EXPORTED.format(stdin))
    exported = json.dumps(project.engine.export())
    assert "hush" not in exported
    elsewhere = project.at("elsewhere")
    assert elsewhere.import_(exported) == len(project.engine.resources())
    project.forget_log()
    summary = elsewhere.up()
    assert summary.changed == [] and fates(summary) == {"g": "same", "a": "same", "b": "same"}
    assert elsewhere.resources() == project.engine.resources() and project.log == []


def test_a_secret_export_is_refused_with_another_passphrase(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.up(EXPORTED.format('Output.secret("hush")'))
    elsewhere = project.at("elsewhere")
    exported = json.dumps(project.engine.export())
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "another")
    with pytest.raises(StateError, match="incorrect passphrase"):
        elsewhere.import_(exported)
    assert elsewhere.resources() == []


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "{}", '{"deployment": null}', '{"deployment": {"resources": [1]}}']
)
def test_what_is_no_deployment_is_not_imported(project: Project, text: str) -> None:
    project.up('command("a")')
    with pytest.raises(StateError, match="expected a deployment"):
        project.engine.import_(text)
    assert project.names() == ["a"]


# --- refresh ---

OBSERVED = """
command("a", create=f"echo good > {ROOT}/file\\n# --- observe ---\\ncat {ROOT}/file", OPTIONS)
"""


def observed(project: Project, options: str = "") -> Path:
    """A deployed command that writes `good` into a file and observes it."""
    program = OBSERVED.replace("OPTIONS", options)
    project.up(program)
    return project.root / "file"


def test_a_refresh_without_drift_changes_nothing(project: Project) -> None:
    observed(project)
    before = project.engine.resources()
    assert fates(project.engine.refresh()) == {"a": "same"}
    assert project.engine.resources() == before


def test_a_refresh_sees_drift_and_the_next_up_repairs_it(project: Project) -> None:
    file = observed(project, "update=None")
    file.write_text("bad\n")
    assert fates(project.engine.refresh()) == {"a": "update"}
    assert file.read_text() == "bad\n"
    assert fates(project.engine.up()) == {"a": "update"}
    assert file.read_text() == "good\n"
    assert fates(project.engine.refresh()) == {"a": "same"} and project.engine.up().changed == []


def test_a_delete_script_gets_its_own_input_even_after_drift(project: Project) -> None:
    file = observed(project, 'update=None, stdin="mine", delete=log("$(cat)")')
    file.write_text("bad\n")
    project.engine.refresh()
    project.engine.destroy()
    assert project.log == ["mine"]


def test_a_dry_refresh_tells_drift_and_records_nothing(project: Project) -> None:
    file = observed(project, "update=None")
    file.write_text("bad\n")
    before = project.engine.resources()
    assert fates(project.engine.refresh(dry_run=True)) == {"a": "update"}
    assert project.engine.resources() == before


def test_a_refresh_leaves_a_command_alone_that_observes_nothing(project: Project) -> None:
    project.up('command("a")')
    assert fates(project.engine.refresh()) == {"a": "same"} and project.log == ["create a"]


def test_a_failed_observation_is_a_failure_and_the_state_stays(project: Project) -> None:
    observed(project, "update=None").unlink()
    with pytest.raises(DeploymentFailed, match="Command a: local command: exit status 1"):
        project.engine.refresh()
    assert project.resource("a").outputs["stdout"] == "good"


def test_secrets_stay_encrypted_when_drift_is_recorded(project: Project) -> None:
    file = observed(project, 'update=None, environment={"X": Output.secret("hush")}')
    file.write_text("bad\n")
    project.engine.refresh()
    assert "hush" not in project.state_text()


def test_an_observation_that_is_secret_is_not_recorded_in_clear(project: Project) -> None:
    file = observed(project, 'update=None, opts=ResourceOptions(additional_secret_outputs=["stdout"])')
    file.write_text("drifted-and-secret\n")
    project.engine.refresh()
    assert "drifted-and-secret" not in project.state_text()


# --- killed in the middle ---

HELD = 'a = command("a", create=log("start") + f"; {HOLD}; " + log("end"), delete=None)\n'
FILE = """
command("a", update=None, create=f"echo {} > {{ROOT}}/file; {{HOLD}}",
        delete=f"rm {{ROOT}}/file; {{HOLD}}; " + log("deleted"))
"""


def test_a_killed_create_is_run_again(project: Project) -> None:
    project.killed_up(HELD, lambda: project.log == ["start"])
    until(lambda: project.log == ["start", "end"])
    assert [entry["type"] for entry in project.pending()] == ["creating"] and project.names() == []
    summary = project.engine.up()
    assert fates(summary) == {"a": "create"} and project.log == ["start", "end"] * 2
    assert any("a: an earlier run was interrupted while creating it" in warning for warning in summary.warnings)
    assert project.names() == ["a"] and project.pending() == []
    assert project.engine.up().changed == []


def test_a_killed_update_is_run_again(project: Project) -> None:
    file = project.root / "file"
    project.up(FILE.format(1))
    project.killed_up(FILE.format(2), lambda: file.read_text() == "2\n")
    file.write_text("half done")
    assert fates(project.up(FILE.format(2))) == {"a": "update"}
    assert file.read_text() == "2\n" and project.pending() == []


def test_a_killed_update_is_undone_when_the_program_is_taken_back(project: Project) -> None:
    file = project.root / "file"
    project.up(FILE.format(1))
    project.killed_up(FILE.format(2), lambda: file.read_text() == "2\n")
    project.up(FILE.format(1))
    assert file.read_text() == "1\n"


def test_a_killed_delete_is_run_again(project: Project) -> None:
    file = project.root / "file"
    project.up(FILE.format(1))
    project.killed_up("", lambda: not file.exists())
    until(lambda: project.log == ["deleted"])
    file.touch()
    assert fates(project.up("")) == {"a": "delete"}
    assert not file.exists() and project.names() == [] and project.pending() == []


def test_a_killed_delete_is_made_good_when_the_program_is_taken_back(project: Project) -> None:
    file = project.root / "file"
    project.up(FILE.format(1))
    project.killed_up("", lambda: not file.exists())
    until(lambda: project.log == ["deleted"])
    project.up(FILE.format(1))
    assert file.exists() and file.read_text() == "1\n"


def test_a_killed_delete_of_a_replaced_resource_does_not_create_its_successor_again(project: Project) -> None:
    options = "ResourceOptions(delete_before_replace=False)"
    text = f'command("a", {options}, triggers=[{{}}], delete=log("delete a") + f"; {{{{HOLD}}}}")'
    project.up(text.format(1))
    project.killed_up(text.format(2), lambda: project.log[2:] == ["delete a"])
    project.up(text.format(2))
    assert project.log == ["create a", "create a", "delete a", "delete a"] and project.names() == ["a"]


def test_a_second_up_is_refused_while_the_first_one_runs(project: Project) -> None:
    def second() -> bool:
        with pytest.raises(StateError, match="the stack is in use by process"):
            project.engine.up()
        return True

    project.killed_up(HELD, lambda: project.log == ["start"] and second())


def test_ctrl_c_lets_the_running_command_end_and_starts_no_other(project: Project) -> None:
    (project.root / "hold").touch()
    with project.running_up(HELD + 'command("b", ResourceOptions(depends_on=[a]))') as process:
        until(lambda: project.log == ["start"])
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert process.poll() is None
        (project.root / "hold").unlink()
        assert process.wait(20) == 1 and process.stderr is not None
        assert "stopped by Ctrl-C" in process.stderr.read()
    assert project.log == ["start", "end"] and project.names() == ["a"]


def test_a_delete_writes_the_state_when_it_changes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.up('command("a")\ncommand("b")')
    written: list[tuple[list[str], list[str]]] = []
    real = State.write

    def note(state: State) -> None:
        written.append(([r.urn for r in state.resources], list(state.pending)))
        real(state)

    monkeypatch.setattr(State, "write", note)
    project.engine.destroy()
    assert written[-1] == ([], []) and all(one != other for one, other in pairwise(written))


def test_what_was_in_a_replaced_resource_is_made_anew_after_a_cut(project: Project) -> None:
    program = """
a = command("a", stdin="{0}", opts=ResourceOptions(delete_before_replace=True, replace_on_changes=["stdin"]))
b = command("b", create="{1}", opts=ResourceOptions(deleted_with=a, replace_with=[a], depends_on=[a]))
c = command("c", opts=ResourceOptions(deleted_with=b, replace_with=[b], depends_on=[b]))
"""
    project.up(program.format("1", "true"))
    assert "local command: exit status 1" in project.fails(program.format("2", "exit 1"))
    # The first resource is not replaced again. The others are gone with the former first one.
    found = fates(project.up(program.format("2", "true")))
    assert (found["b"], found["c"]) == ("create", "create")
