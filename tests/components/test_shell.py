"""Scripts of hosts as files: what is sent of them, and what shellcheck says of each once it is put together."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from components.docker import kubeadm
from components.egress.gateway_addresses import apply_script, delete_script, gateway_addresses
from components.hosts.shell import script, word
from components.router import scripts
from config.load import parse

PROJECT = Path(__file__).resolve().parents[2]
SHELLCHECK = shutil.which("shellcheck", path=str(Path(sys.executable).parent)) or shutil.which("shellcheck")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "one.sh"
    path.write_text(text)
    return path


def test_spots_are_filled_and_what_shellcheck_is_told_is_not_sent(tmp_path: Path) -> None:
    path = written(tmp_path, "# shellcheck shell=sh\n# Why.\necho @NAME@ a@b @NAME@\n")
    assert script(path, name="@OTHER@") == "# Why.\necho @OTHER@ a@b @OTHER@\n"


@pytest.mark.parametrize("values", [{}, {"name": "x", "more": "y"}, {"nmae": "x"}])
def test_a_spot_without_a_value_and_a_value_without_a_spot_are_refused(tmp_path: Path, values: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match=r"one\.sh has other spots"):
        script(written(tmp_path, "echo @NAME@\n"), **values)


@pytest.mark.parametrize("text", ["plain", "two words", "it's", '$(id) `id` \\ "', ""])
def test_a_word_is_one_word_whatever_is_in_it(text: str) -> None:
    done = subprocess.run(["sh", "-c", f"printf '<%s>' {word(text)}"], capture_output=True, text=True, check=True)
    assert done.stdout == f"<{text}>"


def whole() -> dict[str, str]:
    """Scripts as hosts get them."""
    document = yaml.safe_load((PROJECT / "Pulumi.egress.yaml").read_text())["config"]["cilium-edge:stack"]
    address = next(gateway_addresses(parse(document, "egress")))
    return {
        "frr daemons": scripts.daemons(("bgpd", "bfdd"), "dev/it"),
        "frr daemons, taken away": scripts.daemons_delete("dev/it"),
        "frr.conf": scripts.apply(True, 30, "dev/it"),
        "frr.conf, taken away": scripts.delete("dev/it"),
        "address": apply_script(address, "dev/it"),
        "address, taken away": delete_script(address, "dev/it"),
        "control plane": kubeadm.INIT,
        "worker": kubeadm.JOIN,
    }


@pytest.mark.skipif(SHELLCHECK is None, reason="needs shellcheck: make setup")
@pytest.mark.parametrize("name", whole())
def test_nothing_is_wrong_with_what_hosts_run(name: str) -> None:
    # SC2034: a script has all of lib.sh, and uses a part of it. SC3044: disown is a function there.
    words = [str(SHELLCHECK), "--shell=sh", "--severity=warning", "--exclude=SC2034,SC3044", "-"]
    done = subprocess.run(words, input=whole()[name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
