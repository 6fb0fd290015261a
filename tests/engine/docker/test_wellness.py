"""A container is waited for by its own health check, whenever Docker makes its next one."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from engine.providers.docker.uploads import archive
from tests.engine.docker.test_containers import ids, program
from tests.engine.project import Project, until

pytestmark = pytest.mark.lab

WAITS = "wait=True, wait_timeout={seconds}, healthcheck={{'tests': ['CMD', '/tiny', {check}], 'interval': '1h'}}"


def test_docker_checks_once_an_hour(project: Project, docker: Any) -> None:
    project.up(program(WAITS.format(seconds=10, check="'there', '/tiny'")))
    assert docker.containers.get("box").attrs["State"]["Health"]["Status"] == "starting"


def test_it_becomes_healthy_later(project: Project, docker: Any) -> None:
    def deliver() -> None:
        until(lambda: docker.containers.list(filters={"status": "running", "name": "box"}))
        time.sleep(1)
        [unfinished] = docker.containers.list(filters={"name": "box"})
        names.append(unfinished.name)
        unfinished.put_archive("/", archive({"file": "/late", "content": "here"}))

    names: list[str] = []
    late = threading.Thread(target=deliver)
    late.start()
    project.up(program(WAITS.format(seconds=20, check="'there', '/late'")))
    late.join()
    # Until it was well, it had another name.
    assert names != ["box"] and list(ids(docker)) == ["box"]


def test_a_check_that_hangs_is_no_success(project: Project, docker: Any) -> None:
    began = time.monotonic()
    said = project.fails(program(WAITS.format(seconds=2, check="'stay'")))
    assert "container box: not healthy within 2 s" in said and time.monotonic() - began < 30
    assert ids(docker) == {}
