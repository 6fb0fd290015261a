"""What changes in a container that stays: limits, the restart policy, its name, and whether it is started."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.docker.test_containers import ids, program
from tests.engine.project import Project, fates, until

pytestmark = pytest.mark.lab

JOB = "must_run=False, command=['end', 'done']"


def ended(docker: Any) -> dict[str, Any]:
    """The state of the container, once it has ended."""
    until(lambda: docker.containers.get("box").status == "exited")
    state: dict[str, Any] = docker.containers.get("box").attrs["State"]
    return state


def test_a_job_that_has_ended_is_not_done_again(project: Project, docker: Any) -> None:
    project.up(program(JOB))
    before = ended(docker)["StartedAt"]
    assert fates(project.up(program(JOB + ", remove_volumes=False, memory=64")))["box"] == "update"
    assert ended(docker)["StartedAt"] == before
    assert docker.containers.get("box").attrs["HostConfig"]["Memory"] == 64 << 20


def test_a_job_that_becomes_a_service_is_started(project: Project, docker: Any) -> None:
    project.up(program("must_run=False"))
    docker.containers.get("box").stop(timeout=0)
    assert fates(project.up(program()))["box"] == "update"
    assert docker.containers.get("box").status == "running"


def test_a_container_is_started_when_its_start_is_declared(project: Project, docker: Any) -> None:
    project.up(program("start=False"))
    assert fates(project.up(program("start=False, memory=64")))["box"] == "update"
    assert docker.containers.get("box").status == "created"
    assert fates(project.up(program("memory=64")))["box"] == "update"
    assert docker.containers.get("box").status == "running"


def test_without_a_restart_policy_there_is_none(project: Project, docker: Any) -> None:
    project.up(program("restart='always'"))
    assert fates(project.up(program()))["box"] == "update"
    assert docker.containers.get("box").attrs["HostConfig"]["RestartPolicy"]["Name"] == "no"
    assert project.engine.refresh().changed == []


LIMITS = (
    "memory=64, memory_swap=96, memory_reservation=32, cpu_shares=512, cpu_set='0', restart='on-failure',"
    " max_retry_count=3"
)
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "memory": ({"mem_limit": 80 << 20}, LIMITS),
    "memorySwap": ({"memswap_limit": 128 << 20}, LIMITS),
    "memoryReservation": ({"mem_reservation": 16 << 20}, LIMITS),
    "cpuShares": ({"cpu_shares": 256}, LIMITS),
    "cpuSet": ({"cpuset_cpus": "0-1"}, LIMITS),
    "maxRetryCount": ({"restart_policy": {"Name": "on-failure", "MaximumRetryCount": 7}}, LIMITS),
    # Not declared: the default of Docker's provider for Pulumi.
    "restart": ({"restart_policy": {"Name": "always"}}, ""),
}


@pytest.mark.parametrize("case", CASES)
def test_a_limit_that_was_changed_by_hand_is_seen_and_put_right(case: str, project: Project, docker: Any) -> None:
    change, said = CASES[case]
    project.up(program(said))
    before = docker.containers.get("box")
    assert project.engine.refresh().changed == [] and before.attrs["HostConfig"]["CpuShares"] == 512 * bool(said)
    before.update(**change)
    [step] = project.engine.refresh().changed
    assert [difference.path for difference in step.changes] == [case]
    assert fates(project.up(program(said)))["box"] == "update"
    after = docker.containers.get("box")
    names = ("Memory", "MemorySwap", "MemoryReservation", "CpuShares", "CpusetCpus", "RestartPolicy")
    for name in names:
        assert after.attrs["HostConfig"][name] == before.attrs["HostConfig"][name]
    assert after.id == before.id and project.engine.refresh().changed == []


@pytest.mark.parametrize(
    "said",
    [
        "",
        "memory=64, memory_swap=-1",
        "memory_swap=-1",
        "memory=64",
        "memory=64, memory_swap=0",
        "memory_reservation=0",
    ],
)
def test_limits_that_docker_writes_otherwise_are_no_drift(said: str, project: Project, docker: Any) -> None:
    project.up(program(said))
    assert project.engine.refresh().changed == []


def in_use(docker: Any) -> None:
    docker.containers.run("tiny:1", ["stay"], name="box", detach=True)


@pytest.mark.parametrize("then", [lambda docker: None, in_use])
def test_a_container_that_was_renamed_by_hand_gets_its_name_back(
    then: Callable[[Any], None], project: Project, docker: Any
) -> None:
    project.up(program())
    before = ids(docker)["box"]
    docker.containers.get("box").rename("another")
    then(docker)
    [step] = project.engine.refresh().changed
    assert (step.name, [change.path for change in step.changes]) == ("box", ["renamedByHand"])
    if then is in_use:
        said = project.fails(program())
        assert "container box: " in said and "already in use" in said and "\n" not in said
    else:
        assert fates(project.up(program()))["box"] == "update" and ids(docker) == {"box": before}
        assert project.engine.refresh().changed == []
