"""What goes wrong is one line, leaves nothing behind, and the next `up` converges."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.errors import DockerError, UnsupportedResource
from engine.providers.docker import containers
from lab.docker.engine import Engine
from tests.engine.docker.test_containers import PRELUDE, ids, program
from tests.engine.project import REPOSITORY, Project, until
from transport.docker import connect

pytestmark = pytest.mark.lab

NEVER = "wait=True, wait_timeout=2, healthcheck={'tests': ['CMD', '/tiny', 'there', '/nowhere'], 'interval': '200ms'}"
SLOW = NEVER.replace("wait_timeout=2", "wait_timeout=60")
CASES = {
    "image": ("image='nothing:1'", "container box: the engine does not have image nothing:1"),
    "ends at once": (
        "command=['end', 'my', 'last', 'words']",
        "container box: ended at once with status 3: my last words",
    ),
    "never healthy": (NEVER, "container box: not healthy within 2 s: no file /nowhere"),
    "address outside": ("networks=[('left', '10.99.1.10')]", "container box: "),
    "no such network": ("networks=[('nowhere', '10.77.1.10')]", "network nowhere not found"),
    "sysctl": ("sysctls={'net.nothing': '1'}", "container box: "),
    "upload": ("uploads=[{'file': '/x', 'source': '/no/such/file'}]", "/no/such/file: No such file or directory"),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_half_made_is_left(case: str, project: Project, docker: Any) -> None:
    more, words = CASES[case]
    said = project.fails(program(more))
    assert words in said and "\n" not in said and "Traceback" not in said, said
    assert ids(docker) == {}
    project.up(program())
    assert list(ids(docker)) == ["box"]


def test_an_address_in_use(project: Project, docker: Any) -> None:
    said = project.fails(program() + "box('second', opts=ResourceOptions(depends_on=[b]))\n")
    assert "container second: " in said and "in use" in said and list(ids(docker)) == ["box"]


def test_a_subnet_that_overlaps_names_whose(project: Project, docker: Any) -> None:
    said = project.fails(
        program() + "Network('other', name='other', ipam_configs=[{'subnet': '10.77.0.0/16'}],"
        " opts=ResourceOptions(depends_on=[left]))\n"
    )
    assert "network other: " in said and "(network left has 10.77.1.0/24)" in said


def test_a_text_that_is_no_subnet_is_a_mistake_of_the_program(project: Project, docker: Any) -> None:
    said = project.fails(program() + "Network('other', name='other', ipam_configs=[{'subnet': '10.77.1.0/33'}])\n")
    assert "network other: " in said and "10.77.1.0/33" in said and "bug" not in said and "\n" not in said


def test_a_name_that_a_stranger_has(project: Project, docker: Any) -> None:
    stranger = docker.containers.run("tiny:1", ["stay"], name="box", detach=True)
    said = project.fails(program())
    assert "container box: the name is taken by an object that this stack did not make" in said
    assert ids(docker) == {"box": stranger.id}
    project.engine.destroy()
    assert ids(docker) == {"box": stranger.id}


def test_a_network_that_is_in_use_is_told(project: Project, docker: Any) -> None:
    project.up(PRELUDE)
    docker.containers.run("tiny:1", ["stay"], name="guest", detach=True, network="left")
    with pytest.raises(Exception, match=r"network left: containers are connected \(guest\)"):
        project.engine.destroy()


def test_an_up_that_was_killed_is_taken_up_again(project: Project, docker: Any) -> None:
    with project.running_up(program(SLOW)) as process:
        until(lambda: "box.edge-unfinished" in ids(docker))
        process.kill()
        process.wait()
    assert list(ids(docker)) == ["box.edge-unfinished"]
    project.up(program())
    assert list(ids(docker)) == ["box"]


def test_an_engine_that_is_still_at_work_for_a_killed_up(
    project: Project, docker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has taken the name already, and shows the container to nobody until its volumes are filled."""
    docker.containers.create("tiny:1", ["stay"], name="box.edge-unfinished")
    seen: list[str] = []

    def hidden(docker: Any, name: str) -> Any:
        seen.append(name)
        return None if seen.count("box.edge-unfinished") <= 2 and name.endswith("unfinished") else get(docker, name)

    get = containers._get
    monkeypatch.setattr(containers, "_get", hidden)
    project.up(program())
    assert list(ids(docker)) == ["box"] and seen.count("box.edge-unfinished") == 3


def test_what_a_killed_up_left_goes_with_destroy(project: Project, docker: Any) -> None:
    with project.running_up(program(SLOW)) as process:
        until(lambda: "box.edge-unfinished" in ids(docker))
        process.kill()
        process.wait()
    project.up("pass")
    assert ids(docker) == {} and docker.networks.list(names=["left"]) == []


def test_ctrl_c_leaves_nothing_half_made(project: Project, docker: Any) -> None:
    with project.running_up(program(SLOW)) as process:
        until(lambda: "box.edge-unfinished" in ids(docker))
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
    assert ids(docker) == {}


def test_an_engine_that_ends_in_the_middle(project: Project, docker: Any, dockerd: Engine) -> None:
    with project.running_up(program(SLOW)) as process:
        until(lambda: "box.edge-unfinished" in ids(docker))
        dockerd.down()
        _, said = process.communicate(timeout=30)
    assert "container box: " in said and "Traceback" not in said, said
    dockerd.up()
    project.up(program())
    assert list(ids(docker)) == ["box"]


def test_no_engine_and_no_rights(tmp_path: Path, docker: Any, dockerd: Engine) -> None:
    with pytest.raises(DockerError, match=r"Docker at unix:///nowhere.sock: no engine answers \(No such file"):
        connect("unix:///nowhere.sock")
    # A process without rights on the socket.
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            dockerd.socket.chmod(0o600)
            dockerd.home.chmod(0o755)
            os.setuid(65534)
            connect(dockerd.host)
        except BaseException as error:
            os.write(writer, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    said = os.read(reader, 1000).decode()
    assert said.startswith("DockerError: Docker at unix://") and "permission denied on the engine's socket" in said, (
        said
    )


HINDRANCE = "from transport.docker import hindrance; print(hindrance())"


def test_an_engine_of_another_machine_is_noticed(docker: Any) -> None:
    words = [sys.executable, "-c", HINDRANCE]
    assert subprocess.check_output(words, cwd=REPOSITORY, text=True) == "\n"
    elsewhere = ["unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh", *words]
    said = subprocess.check_output(elsewhere, cwd=REPOSITORY, text=True)
    assert f" runs on the machine {socket.gethostname()}, not on elsewhere; SSH has to reach" in said


def test_what_the_engine_does_not_do_is_refused_before_anything_is_made(project: Project, docker: Any) -> None:
    with pytest.raises(UnsupportedResource, match="gpus"):
        project.up(program("gpus='all'"))
    with pytest.raises(UnsupportedResource, match="docker:index/volume:Volume"):
        project.up(program() + "import pulumi_docker\npulumi_docker.Volume('v')\n")
    assert ids(docker) == {} and docker.networks.list(names=["left"]) == []
