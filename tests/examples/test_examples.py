"""The examples as their users run them: planned by the built-in engine, and by the Pulumi CLI where it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.installed import PASSPHRASE, PROJECT, edge, install

pytestmark = pytest.mark.slow

EXAMPLES = PROJECT / "examples"
# Example -> its stack, its secrets, and kinds of Pulumi's that it must make with a name each.
PYTHON: dict[str, tuple[str, tuple[str, ...], dict[str, str]]] = {
    "pools-and-peers": (
        "prod",
        ("kubeconfig",),
        {
            "lb-public": "CiliumLoadBalancerIPPool",
            "bgp-clusterconfig-edge": "CiliumBGPClusterConfig",
            "bgp-peerconfig-tor": "CiliumBGPPeerConfig",
            "bgp-advertisement-services": "CiliumBGPAdvertisement",
        },
    ),
    "router-on-a-vm": (
        "prod",
        ("privateKey",),
        {"vm": "Command", "key": "Command", "edge-router-daemons": "Command", "edge-router-conf": "Command"},
    ),
    "egress-gateway-ha": (
        "prod",
        ("kubeconfig",),
        {
            "egress-shop": "EgressGatewayHAPolicy",
            "egress-deployment": "Deployment",
            "egress-crd": "CustomResourceDefinition",
        },
    ),
    "two-teams/network": (
        "network",
        ("privateKey", "sessionPassword"),
        {"tor-daemons": "Command", "tor-conf": "Command"},
    ),
    "two-teams/platform": (
        "platform",
        ("kubeconfig", "sessionPassword"),
        {"bgp-clusterconfig-edge": "CiliumBGPClusterConfig", "bgp-auth-tor": "Secret"},
    ),
}
# What the network team's stack has for others, as the router gives it.
NETWORK = "import pulumi\npulumi.export('asn', 65000)\npulumi.export('address', '192.168.10.200')\n"
SECRET = "a-secret-of-theirs"
Planned = dict[str, str]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A copy; a state of the network team's stack is kept beside it by both engines."""
    shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("node_modules", "sdks", "venv"))
    return tmp_path / "examples"


def test_every_example_is_tried() -> None:
    there = {str(file.parent.relative_to(EXAMPLES)) for file in EXAMPLES.rglob("Pulumi.yaml")}
    assert there == {*PYTHON, "yaml", "typescript", "go"}


@pytest.mark.parametrize("name", PYTHON)
def test_the_built_in_engine_plans_it(installed: Path, examples: Path, name: str) -> None:
    def run(where: str, *words: str, stdin: str = "") -> str:
        home = ("-C", str(examples / where))
        done = edge(installed, examples, *home, *words, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def plan(where: str, stack: str) -> Planned:
        steps = json.loads(run(where, "plan", "-s", stack, "--json"))["steps"]
        return {step["name"]: step["type"].rpartition(":")[2] for step in steps}

    stack, secrets, wanted = PYTHON[name]
    if name == "two-teams/platform":
        (examples / "two-teams/network/__main__.py").write_text(NETWORK)
        run("two-teams/network", "up", "-s", "network")
        # Both teams' states lie in one place where they share a machine; here the network team's comes over.
        shutil.copytree(examples / "two-teams/network/.edge", examples / "two-teams/platform/.edge")
    for secret in secrets:
        run(name, "config", "set-secret", secret, "-s", stack, stdin=SECRET)
    assert wanted.items() <= plan(name, stack).items()


class Cli:
    """The Pulumi CLI with a backend of the test's own."""

    def __init__(self, lib: Path, examples: Path) -> None:
        self._examples, self._lib = examples, lib
        (examples / "backend").mkdir()
        for file in examples.rglob("Pulumi.yaml"):
            file.write_text(file.read_text().replace("virtualenv: venv", f"virtualenv: {PROJECT / '.venv'}"))

    def __call__(self, where: str, *words: str) -> str:
        own = {
            "PULUMI_BACKEND_URL": f"file://{self._examples / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PYTHONPATH": str(self._lib),
        }
        done = subprocess.run(
            ["pulumi", *words, "--non-interactive"],
            cwd=self._examples / where,
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, **own},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def begin(self, where: str, stack: str, secrets: tuple[str, ...]) -> None:
        self(where, "stack", "init", stack)
        for secret in secrets:
            self(where, "config", "set", "--secret", secret, SECRET, "-s", stack)

    def plan(self, where: str, stack: str) -> Planned:
        shown = self(where, "preview", "-s", stack, "--json")
        assert SECRET not in shown
        steps: list[Any] = json.loads(shown)["steps"]
        urns = [step["urn"].split("::") for step in steps]
        return {urn[-1]: urn[-2].rpartition(":")[2] for urn in urns}


by_cli = pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no pulumi on PATH")


@pytest.fixture
def cli(installed: Path, examples: Path) -> Cli:
    return Cli(installed, examples)


@pytest.mark.pulumi
@by_cli
@pytest.mark.parametrize("name", PYTHON)
def test_the_cli_previews_it(cli: Cli, examples: Path, name: str) -> None:
    stack, secrets, wanted = PYTHON[name]
    if name == "two-teams/platform":
        (examples / "two-teams/network/__main__.py").write_text(NETWORK)
        cli.begin("two-teams/network", "network", ())
        cli("two-teams/network", "up", "-s", "network", "--yes", "--skip-preview")
    cli.begin(name, stack, secrets)
    assert wanted.items() <= cli.plan(name, stack).items()


def other_language(examples: Path, name: str, plugin: Callable[[Path], Path]) -> None:
    file = examples / name / "Pulumi.yaml"
    file.write_text(file.read_text().replace("../../provider", str(plugin(examples) / "provider")))


@pytest.mark.pulumi
@by_cli
def test_the_cli_previews_the_program_in_yaml(cli: Cli, installed: Path, examples: Path) -> None:
    (installed.parent / "source" / ".venv").symlink_to(PROJECT / ".venv")
    other_language(examples, "yaml", lambda _: installed.parent / "source")
    cli.begin("yaml", "prod", ("kubeconfig", "privateKey"))
    made = cli.plan("yaml", "prod")
    assert {"pools-public": "CiliumLoadBalancerIPPool", "tor-conf": "Command"}.items() <= made.items()


@pytest.mark.pulumi
@by_cli
@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm on PATH")
def test_the_cli_previews_the_program_in_typescript(cli: Cli, installed: Path, examples: Path) -> None:
    # Pulumi installs what the plugin and the program need, by the package registries.
    plugin = shutil.copytree(installed.parent / "source", examples / "plugin", ignore=shutil.ignore_patterns(".venv"))
    other_language(examples, "typescript", lambda _: plugin)
    cli("typescript", "install")
    subprocess.run(["npx", "tsc", "-p", "."], cwd=examples / "typescript", check=True)
    cli.begin("typescript", "prod", ("kubeconfig",))
    wanted = {"lb-public": "CiliumLoadBalancerIPPool", "bgp-clusterconfig-edge": "CiliumBGPClusterConfig"}
    assert wanted.items() <= cli.plan("typescript", "prod").items()


@pytest.mark.pulumi
@by_cli
@pytest.mark.skipif(
    shutil.which("go") is None or shutil.which("pulumi-language-go") is None,
    reason="there is no go, or no pulumi-language-go, on PATH",
)
def test_the_cli_previews_the_program_in_go(cli: Cli, installed: Path, examples: Path) -> None:
    plugin = shutil.copytree(installed.parent / "source", examples / "plugin", ignore=shutil.ignore_patterns(".venv"))
    other_language(examples, "go", lambda _: plugin)
    cli("go", "install")
    cli.begin("go", "prod", ())
    wanted = {"lb-public": "CiliumLoadBalancerIPPool", "bgp-clusterconfig-edge": "CiliumBGPClusterConfig"}
    assert wanted.items() <= cli.plan("go", "prod").items()
