"""Texts of a stack file that want to be more than texts: lines of frr.conf, words of a shell, paths, options.

Each is put into every place of every model at once where it is taken, and everything that is made of it is looked at.
"""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.router.render import frr_conf
from config.errors import ApiError, ConfigError
from config.load import parse
from config.stack import StackConfig
from tests.components.program import declared
from tests.config.test_fuzz import BASE, places
from transport.kube import Kube

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
EGRESS = yaml.safe_load((PROJECT / "Pulumi.egress.yaml").read_text())["config"]["cilium-edge:stack"]
# What the shipped stacks and the fuzzer's have not.
POLICIES = {
    "prefixLists": [{"name": "L", "entries": [{"prefix": "10.0.0.0/8", "le": 32}]}],
    "routeMaps": [{"name": "M", "entries": [{"match": {"prefixList": "L"}, "set": {"communities": ["1:2"]}}]}],
}
VTYSH = Path("/usr/bin/vtysh")
MARK = "INJ"
ATTACKS = [
    "a\nneighbor INJ",
    "a\rINJ",
    "$(touch INJ)",
    "`touch INJ`",
    "a;INJ",
    "a'INJ",
    'a"INJ',
    "../INJ",
    "-INJ",
    "--INJ=1",
    "a INJ",
    "a|INJ",
    "a&INJ",
    "a>INJ",
    "\x00INJ",
    "\x1b[31mINJ",
    "\u2028INJ",
    "\u202eINJ",
    "\ud800INJ",
    "ïINJ",
    "a\\INJ",
    "{{INJ}}",
    "{% INJ %}",
    "%sINJ",
    "#INJ",
    "!INJ",
    "*INJ",
    "~INJ",
    "a\tINJ",
    "INJ\n",
    "${INJ}",
    "💥INJ",
]
CONTROLS = [attack for attack in ATTACKS if any(ord(c) < 32 for c in attack)]


@cache
def bases() -> tuple[dict[str, Any], ...]:
    one = copy.deepcopy(BASE)
    one["routers"][0]["bgp"] |= POLICIES
    one["routers"][0]["bgp"]["neighbors"][0]["description"] = "one"
    return one, copy.deepcopy(EGRESS)


def with_text(base: dict[str, Any], path: tuple[Any, ...], text: str) -> dict[str, Any]:
    document = copy.deepcopy(base)
    here: Any = document
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = text
    return document


def texts(base: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The paths of texts; of a list's entries, which are of one model, the first that has it."""
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for path in places(base):
        here: Any = base
        for step in path:
            here = here[step]
        if isinstance(here, str):
            found.setdefault(tuple(0 if isinstance(step, int) else step for step in path), path)
    return list(found.values())


def taken(base: dict[str, Any], attack: str) -> dict[str, Any]:
    """The document with the text in every place that takes it."""
    document = base
    for path in texts(base):
        changed = with_text(document, path, attack)
        try:
            parse(changed, "lab")
        except ConfigError:
            continue
        document = changed
    return document


def stacks(attack: str) -> Iterator[StackConfig]:
    for base in bases():
        yield parse(taken(base, attack), "lab")


def leaves(value: Any) -> Iterator[str]:
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from leaves(below)
    if isinstance(value, str):
        yield value


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_is_more_than_a_text(attack: str) -> None:
    for stack in stacks(attack):
        for router in stack.routers:
            config = frr_conf(router)
            lines = [line for line in config.splitlines() if MARK in line]
            assert all(line == f" neighbor {line.split()[1]} description {attack}" for line in lines), lines
            if VTYSH.exists():
                words = [str(VTYSH), "-C", "-f", "/dev/stdin"]
                assert subprocess.run(words, input=config, capture_output=True, text=True, check=False).returncode == 0
        for kind, name, inputs in declared(stack):
            if kind.startswith("command:"):
                for step in ("create", "update", "delete"):
                    assert MARK not in str(inputs.get(step) or ""), (name, step)
            elif kind.endswith(":Release"):
                assert not any(MARK in str(inputs.get(word)) for word in ("name", "namespace", "chart", "version"))
            else:
                # An object says what the file says, and nothing that was put together with it.
                assert all(text == attack for text in leaves(inputs) if MARK in text), name


@pytest.mark.parametrize("attack", CONTROLS)
def test_control_characters_are_refused_wherever_one_line_is_meant(attack: str) -> None:
    base = bases()[0]
    many = ("manifests", "annotations", "command", "values")
    for path in texts(base):
        if not any(word in path for word in many) or not set(attack) & {"\n", "\t"}:
            with pytest.raises(ConfigError):
                parse(with_text(base, path, attack), "lab")


def test_objects_and_programs_may_have_several_lines() -> None:
    document = copy.deepcopy(bases()[0])
    document["manifests"][0]["data"] = {"a": "one\n\ttwo\n"}
    document["workloads"][0]["command"] = ["sh", "-c", "one\ntwo"]
    document["services"][0]["annotations"] = {"x": "one\ntwo"}
    document["cilium"]["values"] = {**document["cilium"]["values"], "extraConfig": {"a": "one\ntwo"}}
    parse(document, "lab")


def ingress(**tls: str) -> dict[str, object]:
    rules = [{"paths": [{"service": "webpod", "port": 80}]}]
    return {"name": "i", "rules": rules, "tls": [{"secretName": "s", **tls}]}


@pytest.mark.parametrize("name", ["sshPrivateKey", "kubeconfig"])
def test_what_opens_hosts_and_the_cluster_is_no_password(name: str) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJKN1+WLrmUHPytHZ8ujX9N+l+NTey+t8utsYE3LmxaF"
    document = copy.deepcopy(bases()[0])
    document["cluster"]["kind"] = "existing"
    for host in (*document["nodes"], *document["routers"]):
        host["ssh"] = {"host": "192.0.2.1", "hostKey": key}
    parse(document, "prod")
    changes: list[Callable[[Any], object]] = [
        lambda d: d["bgp"].update(authSecrets=[{"name": "s", "passwordConfig": name}]),
        lambda d: d["routers"][0]["bgp"]["peerGroups"][0].update(passwordConfig=name),
        lambda d: d["routers"][0]["bgp"]["neighbors"][0].update(passwordConfig=name),
        lambda d: d.update(ingresses=[ingress(certificateConfig=name, keyConfig="k")]),
        lambda d: d.update(ingresses=[ingress(certificateConfig="c", keyConfig=name)]),
    ]
    for change in changes:
        bad = copy.deepcopy(document)
        change(bad)
        with pytest.raises(ConfigError, match=f"Config: expected the name of a password or certificate, got {name}"):
            parse(bad, "prod")


@pytest.mark.parametrize(
    "text",
    [
        "token: SECRETTOKEN\n\tx: 1",
        "a: [SECRETTOKEN",
        "SECRETTOKEN",
        "- SECRETTOKEN",
        "clusters: SECRETTOKEN",
        "current-context: SECRETTOKEN\ncontexts: []\nclusters: []\nusers: []\n",
        "users: [{name: a, user: {client-key-data: SECRETTOKEN***}}]\nclusters: [{name: a, cluster: {server: https://x,"
        " certificate-authority-data: SECRETTOKEN!}}]\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: a,"
        " user: a}}]",
    ],
)
def test_a_broken_kubeconfig_says_what_is_wrong_and_nothing_of_itself(text: str) -> None:
    with pytest.raises(ApiError, match="the kubeconfig cannot be used") as told:
        Kube(text)
    assert "SECRET" not in str(told.value) and len(str(told.value).splitlines()) == 1
