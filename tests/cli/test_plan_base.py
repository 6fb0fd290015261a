"""plan --base: what a change does, in every form, the same every time."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.cli.conftest import Project

pytestmark = pytest.mark.slow


def renumber(stack: Any) -> None:
    stack["pools"][0]["blocks"] = [{"cidr": "172.16.2.0/24"}]


def faster(stack: Any) -> None:
    stack["bgp"]["peerConfigs"][0]["profile"] = "fast-failover"


def test_no_change_is_silent_in_a_comment_and_0(project: Project) -> None:
    assert project.edge("plan", "--base", "HEAD", "--expect-no-changes").returncode == 0
    done = project.edge("plan", "--base", "HEAD", "--format", "markdown")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_change_is_told_with_what_traffic_notices(project: Project) -> None:
    project.change(faster)
    done = project.edge("plan", "--base", "HEAD")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    index = lines.index("~ bgp.peerConfigs[cilium-peer].profile: standard -> fast-failover")
    assert lines[index + 1] == "    traffic: the sessions that use this peer config reset"
    assert "-    holdTimeSeconds: 9" in lines and "+    holdTimeSeconds: 3" in lines
    assert lines[-1] == "1 change(s), 1 that traffic may notice; 1 file(s) differ"
    assert project.edge("plan", "--base", "HEAD", "--expect-no-changes").returncode == 3


def test_a_renumbered_pool_is_p10(project: Project) -> None:
    project.change(renumber)
    data = json.loads(project.edge("plan", "--base", "HEAD", "--json").stdout)
    assert [f["rule"] for f in data["findings"]] == ["P10"]
    assert {(c["kind"], c["noticed"]) for c in data["changes"]} == {("+", False), ("-", True)}
    assert list(data["files"]) == ["cilium/ciliumloadbalancerippool-cilium-pool.yaml"]


def test_markdown_folds_details_and_cannot_be_broken_out_of(project: Project) -> None:
    text = "</details> @everyone ````"
    project.change(lambda stack: stack["routers"][0]["bgp"]["neighbors"][0].update(description=text))
    done = project.edge("plan", "--base", "HEAD", "-f", "markdown")
    table = next(line for line in done.stdout.splitlines() if line.startswith("| ") and "description" in line)
    assert "</details>" not in table and "@everyone" not in table
    assert done.stdout.count("<details>") == 1
    assert "routers/cilium-r/frr.conf" in done.stdout


def test_output_is_the_same_to_the_byte(project: Project) -> None:
    project.change(faster)
    project.change(renumber)
    for form in ("text", "json", "markdown"):
        first, second = (project.edge("plan", "--base", "HEAD", "-f", form).stdout for _ in range(2))
        assert first == second, form
    first, second = (project.edge("plan", "--fresh", "--artefacts").stdout for _ in range(2))
    assert first == second
    for name in ("routers/cilium-r/frr.conf", "cilium/values.yaml", "cilium/ciliumbgpclusterconfig-cilium-bgp.yaml"):
        assert f"--- {name}" in first


def test_an_error_of_the_new_stack_is_2_and_in_every_form(project: Project) -> None:
    project.change(lambda stack: stack["bgp"]["peerConfigs"][0].update(families=[]))
    for form in ("text", "json", "markdown"):
        done = project.edge("plan", "--base", "HEAD", "-f", form)
        assert done.returncode == 2, form
        assert "B5" in done.stdout


def test_the_base_is_made_by_its_own_program_and_its_checkout_is_removed(project: Project) -> None:
    file = project.dir / "components" / "router" / "frr.conf.j2"
    file.write_text(file.read_text().replace("log syslog informational", "log syslog warnings"))
    done = project.edge("plan", "--base", "HEAD")
    assert "-log syslog informational" in done.stdout and "+log syslog warnings" in done.stdout
    listed = subprocess.run(["git", "worktree", "list"], cwd=project.dir, capture_output=True, text=True, check=True)
    assert len(listed.stdout.splitlines()) == 1


def test_a_revision_that_is_not_there_is_one_line(project: Project) -> None:
    done = project.edge("plan", "--base", "nonsense")
    assert done.returncode == 1
    assert done.stderr.startswith("error: --base nonsense: ") and len(done.stderr.splitlines()) == 1


def test_a_stack_that_the_base_has_not_is_new(project: Project) -> None:
    (project.dir / "Pulumi.second.yaml").write_text((project.dir / "Pulumi.dev.yaml").read_text())
    done = project.edge("plan", "-s", "second", "--base", "HEAD")
    (project.dir / "Pulumi.second.yaml").unlink()
    assert done.returncode == 0
    assert "there is no Pulumi.second.yaml" in done.stderr
    assert "+ resource cilium-edge:frr:RouterFRR cilium-r" in done.stdout


def test_a_secret_in_the_stack_file_shows_nowhere(project: Project) -> None:
    canary = "canary-5e1f"
    file = project.dir / "Pulumi.dev.yaml"
    project.change(lambda stack: stack["routers"][0]["bgp"]["peerGroups"][0].update(passwordConfig="bgpPassword"))
    project.change(lambda stack: stack["bgp"]["peerConfigs"][0].update(authSecretRef="bgp"))
    project.change(lambda stack: stack["bgp"].update(authSecrets=[{"name": "bgp", "passwordConfig": "bgpPassword"}]))
    file.write_text(file.read_text() + f"  cilium-edge:bgpPassword: {canary}\n")
    for words in (["plan", "--artefacts"], ["plan", "--base", "HEAD"], ["plan", "--base", "HEAD", "--json"]):
        done = project.edge(*words)
        assert done.returncode == 0, done.stderr
        assert canary not in done.stdout + done.stderr
        assert "password ********" in done.stdout
