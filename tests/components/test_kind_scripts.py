"""Scripts around a kind cluster fail with docker, instead of taking a docker that fails for one without a cluster."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from components.hosts.observe import OBSERVE
from components.hosts.shell import script
from tests.engine.project import REPOSITORY

HERE = REPOSITORY / "components/docker"
NODES = script(HERE / "kind_nodes.sh", cluster="edge", quoted='"net"')
SCRIPTS = {
    "create": script(HERE / "kind_create.sh", cluster="edge", network="net", image=""),
    "delete": script(HERE / "kind_delete.sh", cluster="edge", network="net"),
    "kubeconfig": script(HERE / "kind_kubeconfig.sh", cluster="edge", server="192.0.2.1:6443"),
    "nodes": NODES,
    "nodes on a refresh": NODES.partition(OBSERVE)[2],
    "pods": script(HERE / "kind_pods.sh", cluster="edge"),
}
REFUSED = "Cannot connect to the Docker daemon"
# Fails from the call with the number FROM on. Before that it has the containers NODES, all of them down.
DOCKER = f"""#!/bin/sh
printf '%s\\n' "$*" >>"$LOG"
[ "$(wc -l <"$LOG")" -lt "$FROM" ] || {{ echo "{REFUSED}" >&2; exit 1; }}
case "$1 $*" in
ps*status=paused*) ;;
ps*) echo $NODES ;;
inspect*) echo "/edge-control-plane 0123abc running 172.18.0.2/16" ;;
exec*) printf 'clusters:\\n- cluster:\\n    server: https://127.0.0.1:1\\n' ;;
esac
"""


def run(
    place: Path, text: str, fails_from: int = 99, *, docker: bool = True, nodes: str = "0123abc"
) -> subprocess.CompletedProcess[str]:
    tools = place / "tools"
    tools.mkdir(exist_ok=True)
    if docker:
        (tools / "docker").write_text(DOCKER)
        (tools / "docker").chmod(0o755)
    log = place / "log"
    log.write_text("")
    path = f"{tools}:{os.environ['PATH']}" if docker else str(tools)
    env = {"PATH": path, "LOG": str(log), "FROM": str(fails_from), "NODES": nodes}
    return subprocess.run(
        ["/bin/sh", "-c", text], env=env, input="", capture_output=True, text=True, timeout=10, check=False
    )


def calls(place: Path) -> list[str]:
    return (place / "log").read_text().splitlines()


@pytest.mark.parametrize("name", ["delete", "kubeconfig", "nodes", "nodes on a refresh", "pods"])
def test_each_call_of_docker_that_fails_fails_the_script(name: str, tmp_path: Path) -> None:
    done = run(tmp_path, SCRIPTS[name])
    assert done.returncode == 0, done.stderr
    for number in range(1, len(calls(tmp_path)) + 1):
        done = run(tmp_path, SCRIPTS[name], number)
        assert (done.returncode != 0, done.stdout, done.stderr.strip()) == (True, "", REFUSED), calls(tmp_path)
        assert len(calls(tmp_path)) == number


def test_no_cluster_is_made_with_a_docker_that_fails(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/kind").write_text('#!/bin/sh\necho "kind $*" >>"$LOG"\n')
    (tmp_path / "tools/kind").chmod(0o755)
    for number in (1, 2, 3):
        done = run(tmp_path, SCRIPTS["create"], number)
        assert done.returncode != 0 and REFUSED in done.stderr
        assert not [call for call in calls(tmp_path) if call.startswith("kind")]


@pytest.mark.parametrize("name", ["create", "delete", "nodes"])
def test_a_machine_without_docker_is_told_so(name: str, tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/kind").symlink_to("/bin/false")
    done = run(tmp_path, SCRIPTS[name], docker=False)
    assert done.returncode == 1 and done.stderr.startswith("docker is not on PATH; install ")


def test_a_node_that_is_down_is_started_and_printed(tmp_path: Path) -> None:
    done = run(tmp_path, SCRIPTS["nodes"])
    assert done.stdout == "edge-control-plane 0123abc running 172.18.0.2/16\n"
    assert "start 0123abc" in calls(tmp_path)


def test_no_cluster_is_no_failure_of_a_refresh_or_a_removal(tmp_path: Path) -> None:
    for name in ("nodes on a refresh", "delete"):
        done = run(tmp_path, SCRIPTS[name], nodes="")
        assert (done.returncode, done.stdout, done.stderr, len(calls(tmp_path))) == (0, "", "", 1)


def test_the_server_of_the_kubeconfig_is_the_control_planes_address(tmp_path: Path) -> None:
    assert "    server: https://192.0.2.1:6443\n" in run(tmp_path, SCRIPTS["kubeconfig"]).stdout
