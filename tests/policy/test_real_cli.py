"""The policy pack under the real CLI: programs of other people, right and wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import PolicyResource

from policy.plain import plain
from tests.policy.test_pack import BROKEN, FOREIGN, PROJECT, VALUES, cr, release

pytestmark = [
    pytest.mark.pulumi,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no pulumi on PATH"),
]
# What a kubeconfig is that another resource makes: not known before `up`, so that the provider answers nothing, asks
# no cluster and fetches no chart.
LATE = "kubeconfig=c.local.Command('k', create='cat kubeconfig').stdout"
# Any resource of the provider, by its type; commands need no cluster.
PROGRAM = """
import json
import pulumi
import pulumi_command as c
import pulumi_kubernetes as k
here = k.Provider("here", {provider})
class Any(pulumi.CustomResource):
    def __init__(self, kind, name, props):
        about = pulumi.ResourceOptions(provider=here) if kind.startswith("kubernetes:") else None
        super().__init__(kind, name, props, about)
for kind, name, props in json.load(open("resources.json")):
    Any(kind, name, props)
"""


class Cli:
    """A project of somebody's own, and previews of it with the pack."""

    def __init__(self, place: Path) -> None:
        self.place = place
        venv = PROJECT / ".venv"
        (place / "Pulumi.yaml").write_text(f"name: p\nruntime: {{name: python, options: {{virtualenv: {venv}}}}}\n")
        (place / "backend").mkdir()
        self._env = {**os.environ, "PULUMI_BACKEND_URL": f"file://{place / 'backend'}", "PULUMI_CONFIG_PASSPHRASE": "x"}
        assert self("stack", "init").returncode == 0

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *words, "-s", "t", "--non-interactive"],
            cwd=self.place,
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )

    def preview(
        self, resources: list[PolicyResource], provider: str = LATE, *more: str
    ) -> subprocess.CompletedProcess[str]:
        listed = [(one.resource_type, one.name, plain(one.props)[0]) for one in resources]
        (self.place / "resources.json").write_text(json.dumps(listed))
        (self.place / "__main__.py").write_text(PROGRAM.format(provider=provider))
        return self("preview", "--policy-pack", str(PROJECT / "policy"), *more)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


@pytest.mark.parametrize("name", FOREIGN)
def test_a_program_that_is_right_passes(cli: Cli, name: str) -> None:
    done = cli.preview(FOREIGN[name])
    assert done.returncode == 0 and "[mandatory]" not in done.stdout and "unread" not in done.stdout, done.stdout


def test_there_are_twenty_broken_programs_and_ten_that_are_right() -> None:
    assert len(BROKEN) >= 20 and len(FOREIGN) >= 10


@pytest.mark.parametrize(("bad", "expected"), BROKEN, ids=lambda value: value[0] if isinstance(value, tuple) else "")
def test_a_broken_program_is_refused_by_the_right_rule_on_the_right_resource(
    cli: Cli, bad: list[PolicyResource], expected: tuple[str, str]
) -> None:
    done = cli.preview(bad if any("Release" in r.resource_type for r in bad) else [*bad, release(VALUES)])
    rule, name = expected
    told = re.search(rf"\[(mandatory|advisory)\] \[severity: \w+\]  {rule}  \(\S+: {name}\)", done.stdout)
    assert told, done.stdout
    # Advisories alone stop nobody.
    assert (done.returncode != 0) == ("[mandatory]" in done.stdout)


@pytest.mark.parametrize("provider", ["render_yaml_to_directory='out'", LATE])
def test_levels_are_the_users_as_with_any_other_pack(cli: Cli, provider: str) -> None:
    config: dict[str, Any] = {"bgpInstances": [{"name": "i", "localASN": 65001}]}
    kinds = {"CiliumBGPClusterConfig": ("c", config), "CiliumBGPPeerConfig": ("cilium-peer", {})}
    resources = [cr(kind, name, spec) for kind, (name, spec) in kinds.items()]
    done = cli.preview(resources, provider)
    assert done.returncode != 0
    assert "[mandatory] [severity: high]  b5" in done.stdout, done.stdout
    assert "b3" not in done.stdout and "unread" not in done.stdout
    for levels in ({"all": "advisory"}, {"b5": {"enforcementLevel": "advisory"}}):
        (cli.place / "levels.json").write_text(json.dumps(levels))
        mild = cli.preview(resources, provider, "--policy-pack-config", str(cli.place / "levels.json"))
        assert mild.returncode == 0 and "[advisory] [severity: high]  b5" in mild.stdout, mild.stdout
