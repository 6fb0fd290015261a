"""check and explain: findings in every form, exit statuses, waivers."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.conftest import Project


def wrong_asn(stack: Any) -> None:
    stack["bgp"]["clusterConfigs"][0]["instances"][0]["peers"][0]["asn"] = 65010


def few_paths(stack: Any) -> None:
    stack["routers"][0]["bgp"]["maximumPaths"] = 2


def test_the_shipped_stack_has_nothing_to_object(project: Project) -> None:
    done = project.edge("check")
    assert (done.returncode, done.stdout) == (0, "stack dev: no mistakes found\n")


def test_errors_and_warnings_are_grouped_and_end_with_2(project: Project) -> None:
    project.change(wrong_asn)
    project.change(few_paths)
    done = project.edge("check")
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert lines[0] == "1 error"
    where = "bgp.clusterConfigs[0].instances[0].peers[0].asn"
    assert lines[1].startswith(f"  B1 {where}: expected 65000 (router cilium-r), got 65010; fix:")
    assert lines[2] == "1 warning"
    assert lines[3].startswith("  B28 routers[0].bgp.maximumPaths: expected at least 4")


def test_a_warning_alone_passes(project: Project) -> None:
    project.change(few_paths)
    assert project.edge("check").returncode == 0


def test_up_and_plan_refuse_with_every_finding_and_touch_nothing(project: Project) -> None:
    project.change(wrong_asn)
    project.change(lambda stack: stack["bgp"]["peerConfigs"][0].update(families=[]))
    for command in (["plan"], ["up"]):
        done = project.edge(*command)
        assert done.returncode == 2, command
        assert "refused: 2 mistake(s) in the stack" in done.stderr
        assert "B1 " in done.stderr and "B5 " in done.stderr
        assert "Traceback" not in done.stderr
    assert not (project.dir.parent / "home" / "state" / "dev.json").exists()


def test_json_has_every_part_of_a_finding(project: Project) -> None:
    project.change(wrong_asn)
    done = project.edge("check", "--format", "json")
    data = json.loads(done.stdout)
    assert (done.returncode, data["errors"]) == (2, 1)
    assert data["findings"][0] == {
        "rule": "B1",
        "severity": "error",
        "path": "bgp.clusterConfigs[0].instances[0].peers[0].asn",
        "expected": "65000 (router cilium-r)",
        "got": "65010",
        "fix": "set bgp.clusterConfigs[0].instances[0].peers[0].asn to 65000",
    }


def test_sarif_names_rule_file_and_line(project: Project) -> None:
    project.change(wrong_asn)
    data = json.loads(project.edge("check", "-f", "sarif").stdout)
    run = data["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["B1"]
    result = run["results"][0]
    place = result["locations"][0]["physicalLocation"]
    text = (project.dir / "Pulumi.dev.yaml").read_text().splitlines()
    assert place["artifactLocation"]["uri"] == "Pulumi.dev.yaml"
    assert text[place["region"]["startLine"] - 1].strip() == "asn: 65010"
    assert (result["ruleId"], result["level"]) == ("B1", "error")


def test_a_github_annotation_cannot_be_broken_out_of(project: Project) -> None:
    project.change(
        lambda stack: stack["bgp"]["peerConfigs"][0]["families"][0].update(
            advertisements={"matchLabels": {"advertise": "no%0A::such"[:2]}}
        )
    )
    lines = project.edge("check", "-f", "github").stdout.splitlines()
    assert lines and all(line.startswith(("::error file=", "::warning file=")) for line in lines)
    assert any("title=B6::" in line for line in lines)


def test_a_waiver_is_told_with_its_reason_and_lets_the_plan_pass(project: Project) -> None:
    project.change(wrong_asn)
    project.change(lambda stack: stack.update(waivers=[{"rule": "B1", "reason": "the router moves tonight"}]))
    done = project.edge("check")
    assert done.returncode == 0
    assert "waived: B1" in done.stdout and "the router moves tonight" in done.stdout
    assert project.edge("plan").returncode == 0
    sarif = json.loads(project.edge("check", "-f", "sarif").stdout)["runs"][0]["results"]
    assert sarif[0]["suppressions"][0]["justification"] == "the router moves tonight"


def test_a_waiver_for_nothing_is_a_warning(project: Project) -> None:
    project.change(lambda stack: stack.update(waivers=[{"rule": "B1", "reason": "no longer needed at all"}]))
    done = project.edge("check")
    assert done.returncode == 0
    assert "W1 waivers[0]: expected a finding to waive" in done.stdout


def test_explain_teaches_a_rule_and_lists_all(project: Project) -> None:
    page = project.edge("explain", "b24").stdout
    assert page.startswith("B24: ") and "Why: " in page and "Good: " in page
    listed = project.edge("explain").stdout
    assert len([line for line in listed.splitlines() if line[:1] in "BPLIGRX"]) >= 91
    unknown = project.edge("explain", "B99")
    assert unknown.returncode == 2 and "RULE" in unknown.stderr


def test_wrong_usage_is_1(project: Project) -> None:
    assert project.edge("check", "--nonsense").returncode == 1
    assert project.edge("nonsense").returncode == 1
