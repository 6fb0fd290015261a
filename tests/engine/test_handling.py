"""Nothing that a program can ask for is passed over in silence: every option and every property has a fate.

docs/engine.md is the table of it. `EDGE_WRITE_DOCS=1 pytest tests/engine/test_handling.py` writes it anew.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from inspect import get_annotations
from pathlib import Path
from typing import Any

import pulumi_docker as docker
import pytest
import yaml
from pulumi.runtime.proto import resource_pb2
from pulumi_command import ProviderArgs as CommandProviderArgs
from pulumi_command import local, remote
from pulumi_kubernetes.helm.v3 import ReleaseArgs
from pulumi_kubernetes.provider import ProviderArgs

from config.errors import DeploymentFailed, UnsupportedResource
from engine.events import Op
from engine.handling.fate import Fate
from engine.handling.options import OPTIONS
from engine.handling.properties import PROPERTIES
from engine.providers.command import COPY, LOCAL, REMOTE
from engine.providers.docker.provider import CONTAINER, IMAGE, NETWORK, REMOTE_IMAGE
from engine.providers.helm import RELEASE
from tests.engine.project import REPOSITORY, Project, fates

TABLE = REPOSITORY / "docs" / "engine.md"
ARGS: dict[str, Any] = {
    LOCAL: local.CommandArgs,
    REMOTE: remote.CommandArgs,
    COPY: remote.CopyToRemoteArgs,
    RELEASE: ReleaseArgs,
    NETWORK: docker.NetworkArgs,
    REMOTE_IMAGE: docker.RemoteImageArgs,
    IMAGE: docker.ImageArgs,
    CONTAINER: docker.ContainerArgs,
    "pulumi:providers:command": CommandProviderArgs,
    "pulumi:providers:docker": docker.ProviderArgs,
    "pulumi:providers:kubernetes": ProviderArgs,
}


def declared(kind: str, args: Any, under: str = "") -> Iterator[str]:
    """Every property of a type that the SDK's own classes have, by its name on the wire.

    A property with properties of its own stands for these, except one that has no effect or is refused as a whole.
    """
    for value in vars(args).values():
        getter = getattr(value, "fget", None)
        name = getattr(getter, "_pulumi_name", None)
        if getter is None or name is None:
            continue
        kept = str(get_annotations(getter)["return"])
        classes = [getattr(sys.modules[args.__module__], word) for word in re.findall(r"'(?:\w+\.)*(\w+Args)'", kept)]
        path = f"{under}{name}"
        if not classes or PROPERTIES[kind].get(path) in (Fate.REFUSED, Fate.NOTHING):
            yield path
        else:
            yield from declared(kind, classes[0], f"{path}[]." if "Sequence[" in kept else f"{path}.")


def table() -> str:
    rows = ["| option | built-in engine | |", "| --- | --- | --- |"]
    by_name: dict[str, str] = {}
    for option in OPTIONS.values():
        if option.name:
            by_name.setdefault(option.name, f"| `{option.name}` | {option.fate} | {option.why} |")
    rows += sorted(by_name.values())
    rows += ["", "| type | carried out | refused | of no effect |", "| --- | --- | --- | --- |"]
    for kind, properties in PROPERTIES.items():
        cells = [
            ", ".join(f"`{path}`" for path, fate in sorted(properties.items()) if fate is wanted)
            for wanted in (Fate.DONE, Fate.REFUSED, Fate.NOTHING)
        ]
        rows.append(f"| `{kind}` | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def test_every_field_of_a_registration_has_a_fate() -> None:
    fields = {field.name for field in resource_pb2.RegisterResourceRequest.DESCRIPTOR.fields}
    assert fields == set(OPTIONS)


@pytest.mark.parametrize("kind", ARGS)
def test_every_property_of_a_type_has_a_fate(kind: str) -> None:
    assert set(declared(kind, ARGS[kind])) == set(PROPERTIES[kind])


def test_the_table_in_the_docs_is_this_one() -> None:
    text = TABLE.read_text()
    head, mark, _ = text.partition("<!-- made by tests/engine/test_handling.py -->\n")
    assert mark
    if os.environ.get("EDGE_WRITE_DOCS"):
        TABLE.write_text(head + mark + table())
    assert TABLE.read_text() == head + mark + table()


# --- what is refused, is refused by name before anything runs ---

CALLBACK = "the built-in engine calls no function of the program"
REFUSED = {
    "transforms": ('command("a", ResourceOptions(transforms=[lambda args: None]))', f"a .*transforms .{CALLBACK}"),
    "of the stack": (
        'pulumi.runtime.register_resource_transform(lambda args: None)\ncommand("a")',
        "transforms of the stack",
    ),
    "hooks": (
        'hook = pulumi.ResourceHook("h", lambda args: None)\n'
        'command("a", ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[hook])))',
        "h: hooks",
    ),
    "remote component": ('ComponentResource("other:index:Thing", "a", {}, remote=True)', "a .*a remote component"),
    "import of a command": ('command("a", ResourceOptions(import_="id"))', "a .*import_ or get of this type"),
    "get of a command": ('Command.get("a", "id")', "a .*import_ or get of this type"),
    "assetPaths": ('command("a", asset_paths=["*.txt"])', "a .*assetPaths"),
    "archive": ('command("a", triggers=[pulumi.FileArchive("/tmp")])', "a .*triggers.*an archive"),
    "remote asset": ('command("a", triggers=[pulumi.RemoteAsset("http://x.invalid/")])', "a remote asset"),
    "no kubeconfig": (
        'pulumi.CustomResource("kubernetes:core/v1:ConfigMap", "a", {"metadata": {"name": "a"}})',
        "a Kubernetes provider without `kubeconfig`",
    ),
    "a setting in a list": (
        'pulumi.CustomResource("docker:index/container:Container", "a", {"image": "i", "mounts": [{"target": "/t",'
        ' "volumeOptions": Output.secret({"subpath": "s"})}], "networksAdvanced": [{"name": "n"},'
        ' {"name": "m", "gwPriority": 2}]})',
        r"a .*: mounts\[\].volumeOptions.subpath; a .*: networksAdvanced\[\].gwPriority;",
    ),
    "provider's namespace": (
        'pulumi.ProviderResource("kubernetes", "a", {"kubeconfig": "x", "namespace": "y"})',
        "a .*namespace",
    ),
    "client-side apply": (
        'pulumi.ProviderResource("kubernetes", "a", {"kubeconfig": "x", "enableServerSideApply": "false"})',
        "enableServerSideApply: false",
    ),
    "a release's keyring": (
        'pulumi.CustomResource("kubernetes:helm.sh/v3:Release", "a", {"chart": "c", "name": "a",'
        ' "keyring": "k"}, ResourceOptions(provider=pulumi.ProviderResource("kubernetes", "p",'
        ' {"kubeconfig": "x"})))',
        "a .*keyring",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_by_name_before_anything_runs(project: Project, case: str) -> None:
    text, said = REFUSED[case]
    project.write('command("first")\n' + text)
    for run in (project.engine.preview, project.engine.up):
        with pytest.raises(UnsupportedResource, match=said):
            run()
    assert project.log == [] and not project.engine.path.exists()


IMAGE_OF_DOCKER = 'pulumi.CustomResource("docker:index/remoteImage:RemoteImage", "a", {"name": "i"})'
MAP = 'pulumi.CustomResource("kubernetes:core/v1:ConfigMap", "a", {"metadata": {"name": "a"}})'
CONFIGURED: dict[str, tuple[str, dict[str, Any], str]] = {
    "a setting that is refused": (IMAGE_OF_DOCKER, {"docker:certPath": "/x"}, r"default \(.*docker\): certPath;"),
    "an object": (IMAGE_OF_DOCKER, {"docker:registryAuth": [{"address": "r"}]}, "registryAuth;"),
    "a misspelt setting": (IMAGE_OF_DOCKER, {"docker:hots": "x"}, r"hots \(the provider has no such setting\)"),
    "a provider without settings": ("", {"command:shell": "x"}, r"shell \(the provider has no such setting\)"),
    "kubernetes": (MAP, {"kubernetes:kubeconfig": "{}", "kubernetes:context": "c"}, r"kubernetes\): context;"),
}


def configure(project: Project, config: dict[str, Any]) -> None:
    (project.directory / "Pulumi.t.yaml").write_text(yaml.safe_dump({"config": config}))


@pytest.mark.parametrize("case", CONFIGURED)
def test_configuration_of_a_package_is_refused_by_name(project: Project, case: str) -> None:
    text, config, said = CONFIGURED[case]
    configure(project, config)
    project.write('command("first")\n' + text)
    for run in (project.engine.preview, project.engine.up):
        with pytest.raises(UnsupportedResource, match=said):
            run()
    assert project.log == [] and not project.engine.path.exists()


def test_all_that_is_refused_is_said_at_once(project: Project) -> None:
    project.write('command("a", asset_paths=["x"])\ncommand("b", archive_paths=["x"])')
    with pytest.raises(UnsupportedResource) as caught:
        project.engine.preview()
    assert "a (command:local:Command): assetPaths" in str(caught.value)
    assert "b (command:local:Command): archivePaths" in str(caught.value)


# --- what is carried out ---


def test_configuration_of_a_package_goes_to_its_default_provider(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///elsewhere.sock")
    configure(project, {"docker:host": "unix:///moonlight.sock", "other:host": "x"})
    assert "Docker at unix:///moonlight.sock: no engine answers" in project.fails(IMAGE_OF_DOCKER)
    [provider] = [r for r in project.engine.resources() if r.type == "pulumi:providers:docker"]
    assert provider.inputs == {"host": "unix:///moonlight.sock"}


def test_secret_configuration_of_a_package_is_secret_in_the_state(project: Project) -> None:
    (project.directory / "Pulumi.yaml").write_text(
        "name: proj\nruntime: python\nconfig:\n  docker:host: {secret: true, default: 'unix:///moonlight.sock'}\n"
    )
    project.fails(IMAGE_OF_DOCKER)
    [provider] = [r for r in project.engine.resources() if r.type == "pulumi:providers:docker"]
    assert repr(provider.inputs["host"]) == "[secret]" and "moonlight" not in project.state_text()


def test_a_configured_kubeconfig_is_that_of_the_default_provider(project: Project) -> None:
    configure(project, {"kubernetes:kubeconfig": {"clusters": []}, "kubernetes:enableSecretMutable": True})
    assert fates(project.preview(MAP)) == {"a": "create"}


def test_a_replacement_trigger_replaces_when_it_changes_and_not_when_it_comes_or_goes(project: Project) -> None:
    text = 'command("a", ResourceOptions(replacement_trigger={}))'
    seen = []
    for trigger in ("None", "1", "1", "[2]", "Output.secret([2])", "None"):
        seen.append([str(step.op) for step in project.up(text.format(trigger)).changed if step.name == "a"])
    # As by the CLI, the new one is made first.
    assert seen == [["create"], [], [], ["replace", "delete"], [], []]
    assert project.log == ["create a", "create a", "delete a"]


def test_a_secret_trigger_is_not_in_the_state_in_clear(project: Project) -> None:
    project.up('command("a", ResourceOptions(replacement_trigger=Output.secret("moonlight")))')
    assert "moonlight" not in project.state_text() and project.resource("a").replacement_trigger is not None


def test_replace_with_replaces_along_with_another(project: Project) -> None:
    text = 'a = command("a", triggers=[{}])\ncommand("b", ResourceOptions(replace_with=[a]))\ncommand("c")'
    project.up(text.format(1))
    project.forget_log()
    for run in (project.preview, project.up):
        replaced = [step.name for step in run(text.format(2)).steps if step.op is Op.REPLACE]
        assert sorted(replaced) == ["a", "b"]
    assert sorted(project.log) == ["create a", "create b", "delete a", "delete b"]


def test_hidden_differences_are_not_shown_and_are_carried_out(project: Project) -> None:
    text = 'command("a", ResourceOptions(hide_diffs=["stdin"]), stdin="{}", dir="{}")'
    project.up(text.format("one", "/"))
    [step] = [s for s in project.up(text.format("two", "/tmp")).steps if s.name == "a"]
    assert (step.op, [change.path for change in step.changes]) == ("update", ["dir"])
    assert project.resource("a").inputs["stdin"] == "two"


def test_another_stack_of_the_project_is_read_secrets_and_all(project: Project) -> None:
    (project.directory / "Pulumi.net.yaml").write_text("config: {}\n")
    project.write('pulumi.export("asn", 65001)\npulumi.export("word", Output.secret("moonlight"))')
    net = type(project.engine)(project.directory, "net", project.engine.path.parent, own_passphrase=True)
    net.up()
    text = (
        'net = pulumi.StackReference("organization/proj/net")\n'
        'command("a", stdin=net.require_output("asn").apply(lambda n: str(int(n))))\n'
        'pulumi.export("word", net.get_output("word"))'
    )
    assert [(step.op, step.name) for step in project.up(text).steps if step.op is Op.READ] == [
        ("read", "organization/proj/net")
    ]
    assert project.resource("a").inputs["stdin"] == "65001"
    assert repr(project.engine.outputs()["word"]) == "[secret]" and "moonlight" not in project.engine.path.read_text()
    # Nothing changes, and what was only read is not taken down.
    assert project.up(text).changed == []
    gone = [step.name for step in project.up('command("a", stdin="65001")').changed]
    assert gone == ["organization/proj/net", "default"]
    assert net.outputs()["asn"] == 65001


def test_a_stack_that_is_not_there_or_of_another_project_is_named(project: Project) -> None:
    assert "other: expected a deployed stack, got a stack without a state" in project.fails(
        'pulumi.StackReference("other")'
    )
    assert "org/them/net: expected a stack of project" in project.fails('pulumi.StackReference("org/them/net")')


def test_a_program_has_no_arguments_of_ours(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["edge", "up", "-s", "t"])
    project.up("import sys\npulumi.export('arguments', sys.argv[1:])\n")
    assert project.engine.outputs()["arguments"] == [] and sys.argv[1:] == ["up", "-s", "t"]


def test_a_file_that_is_no_text_is_named(project: Project) -> None:
    (project.root / "blob").write_bytes(b"\xff\xfe\x00")
    said = project.fails('command("a", triggers=[pulumi.FileAsset(f"{ROOT}/blob")])')
    assert "a: " in said and "codec" in said


# --- some resources alone ---

PAIR = 'a = command("a", stdin="{0}")\ncommand("b", stdin="{0}")\ncommand("c", ResourceOptions(depends_on=[a]))'


def chosen(**patterns: tuple[str, ...]) -> Any:
    from engine.selection import Selection

    return Selection(**patterns)


def test_only_the_targets_are_changed(project: Project) -> None:
    project.up(PAIR.format(1))
    project.write(PAIR.format(2))
    assert fates(project.engine.up(selection=chosen(targets=("b",)))) == {"a": "same", "b": "update", "c": "same"}
    assert fates(project.engine.up()) == {"a": "update", "b": "same", "c": "same"}


def test_all_but_the_excluded_are_changed_and_deleted(project: Project) -> None:
    project.up(PAIR.format(1))
    project.write("")
    assert fates(project.engine.up(selection=chosen(excludes=("a", "c")))) == {"b": "delete"}
    assert sorted(project.names()) == ["a", "c"]


def test_a_target_that_rests_on_what_is_not_there_is_refused(project: Project) -> None:
    project.write(PAIR.format(1))
    with pytest.raises(DeploymentFailed, match="c: depends on a: not deployed, and not among the targets"):
        project.engine.up(selection=chosen(targets=("c",)))
    assert project.log == []


def test_what_others_need_is_not_destroyed_alone(project: Project) -> None:
    project.up(PAIR.format(1))
    with pytest.raises(DeploymentFailed, match="c: depends on a, and is not among the targets"):
        project.engine.destroy(selection=chosen(targets=("a",)))
    assert sorted(project.names()) == ["a", "b", "c"]
    project.engine.destroy(selection=chosen(targets=("[ac]",)))
    assert project.names() == ["b"]


def test_a_target_of_no_resource_is_refused(project: Project) -> None:
    project.up(PAIR.format(1))
    for run in (project.engine.preview, project.engine.up, project.engine.destroy, project.engine.refresh):
        with pytest.raises(Exception, match="no resource matches nobody; the stack has: a, b, c"):
            run(selection=chosen(targets=("nobody",)))


def test_a_refresh_first_repairs_what_drifted(project: Project, tmp_path: Path) -> None:
    place = tmp_path / "thing"
    text = f'command("a", create="echo made > {place}\\n# --- observe ---\\ncat {place}", update=None)'
    project.up(text)
    place.write_text("changed\n")
    assert project.engine.up().changed == []
    before = project.engine.path.read_bytes()
    assert fates(project.engine.preview(refresh=True)) == {"a": "update"}
    assert project.engine.path.read_bytes() == before
    project.engine.up(refresh=True)
    assert place.read_text() == "made\n"
