"""Any YAML as a stack file ends in a plan, in findings or in a ConfigError: never in a traceback.

EDGE_FUZZ sets the number of cases (10,000 for the long run).
"""

from __future__ import annotations

import copy
import os
import re
import resource
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.context import StackContext
from cli.render import artefacts
from config.errors import EdgeError

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
CASES = int(os.environ.get("EDGE_FUZZ", "150"))
# Of processor time: a busy machine is no fault of ours.
SECONDS = 10.0
BASE: dict[str, Any] = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text())["config"]["cilium-edge:stack"]
# Parts that the dev stack has not, so that their models are met too.
BASE = {
    **BASE,
    "l2Policies": [{"name": "l2", "loadBalancerIPs": True, "interfaces": ["^eth1$"]}],
    "ingressController": {"mode": "shared", "hostNetwork": {"port": 8080}},
    "ingresses": [{"name": "i", "annotations": {"a": "b"}, "rules": [{"paths": [{"service": "webpod", "port": 80}]}]}],
    "networkPolicies": [{"name": "n", "ingress": [{"cidrs": [{"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}]}]}],
    "egressPolicies": [
        {
            "name": "e",
            "destinationCIDRs": ["0.0.0.0/0"],
            "excludedCIDRs": ["10.0.0.0/8"],
            "selectors": [{"podSelector": {"matchLabels": {"a": "b"}}}],
            "egressGateway": {"interface": "eth1"},
        }
    ],
    "manifests": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"a": "b"}}],
    "waivers": [{"rule": "G9", "path": "egressPolicies[0]", "reason": "one is enough here"}],
}
NASTY: list[Any] = [
    None,
    "",
    " ",
    "\u0000",
    "\u202e",
    "ünï",
    "💥",
    "a" * 5000,
    "- a",
    "{{ x }}",
    "${x}",
    "%s",
    "..",
    "/",
    "-1",
    "1e9",
    "0x10",
    0,
    -1,
    1,
    65535,
    65536,
    4294967295,
    4294967296,
    2**63,
    2**70,
    10**300,
    1.5,
    float("inf"),
    float("nan"),
    True,
    False,
    [],
    {},
    [[]],
    [None],
    {"a": None},
    {"": ""},
    {1: 2},
    "::",
    "::/0",
    "fe80::1%eth0",
    "2001:db8::/32",
    "2001:db8::1/64",
    "0.0.0.0/0",
    "255.255.255.255",
    "256.1.1.1",
    "10.0.0.0/33",
    "10.0.0.1/8",
    "64512.10",
    "4200000000",
    "65536.1",
    "lab",
    "existing",
    {"matchLabels": {"a": "b"}},
    {"matchExpressions": [{"key": "a", "operator": "In", "values": []}]},
    "2024-01-01",
]
SCALARS = st.sampled_from(NASTY) | st.text(max_size=20) | st.integers() | st.ip_addresses().map(str)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def at(path: tuple[Any, ...]) -> Any:
    """What stands there in the base document."""
    here: Any = BASE
    for step in path:
        here = here[step]
    return here


def shape(value: Any) -> str:
    """What kind of scalar it is: values of one shape pass each other's schema more often than not."""
    text = str(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9.]+/[0-9]+", text):
        return "prefix"
    if isinstance(value, str) and re.fullmatch(r"[0-9]+[.][0-9.]+", text):
        return "address"
    return type(value).__name__


PLACES = list(places(BASE))
SCALAR_PLACES = [path for path in PLACES if not isinstance(at(path), (dict, list))]
ALIKE: dict[str, list[Any]] = {
    "prefix": ["192.168.0.0/16", "172.16.1.128/25", "2001:db8::/64", "0.0.0.0/0"],
    "address": ["10.10.1.200", "2001:db8::1", "172.16.1.1"],
    "int": [0, 1, 2, 3, 64, 255, 65535, 4200000000],
    "str": ["tunnel", "Local", "1.16.5"],
    "bool": [True, False],
}
for _path in SCALAR_PLACES:
    ALIKE.setdefault(shape(at(_path)), []).append(at(_path))


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """The dev stack with one to four things replaced, taken out, doubled or renamed."""
    document = copy.deepcopy(BASE)
    for _ in range(draw(st.integers(1, 4))):
        alike = draw(st.integers(0, 3)) > 0
        path = draw(st.sampled_from(SCALAR_PLACES if alike else PLACES))
        parent: Any = document
        try:
            for step in path[:-1]:
                parent = parent[step]
            before = parent[path[-1]]
            if alike and isinstance(before, (dict, list)):
                continue
        except (KeyError, IndexError, TypeError):
            continue
        if alike:
            # A value of the same shape gets past the schema, and so to the rules and the program.
            parent[path[-1]] = draw(st.sampled_from(ALIKE[shape(at(path))]))
            continue
        match draw(st.sampled_from(["replace", "replace", "drop", "double", "rename"])):
            case "replace":
                parent[path[-1]] = draw(VALUES)
            case "drop":
                del parent[path[-1]]
            case "double" if isinstance(before, list):
                parent[path[-1]] = before * 2
            case "rename" if isinstance(parent, dict):
                parent[draw(st.text(min_size=1, max_size=8))] = parent.pop(path[-1])
    return document


TOKENS = st.sampled_from(
    [
        "config:",
        "cilium-edge:stack:",
        "cluster:",
        "kind: lab",
        "nodes:",
        "- ",
        "  ",
        "\n",
        "\t",
        "&a ",
        "*a",
        "<<: *a",
        "? ",
        ": ",
        "|",
        ">",
        "!!python/object:os.system",
        "!!binary ",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        "#",
        "---",
        "...",
        "%YAML 1.1",
        "0",
        "~",
        "é",
    ]
)
TEXTS = st.lists(TOKENS | st.text(max_size=6), max_size=40).map("".join)


@pytest.fixture(scope="module", autouse=True)
def _project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A project directory of the test's own, without a lab and without a state."""
    place = tmp_path_factory.mktemp("fuzz")
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(PROJECT / name, place / name)
    before = Path.cwd()
    kept = {key: os.environ.get(key) for key in ("EDGE_HOME", "EDGE_ENGINE")}
    os.environ.update(EDGE_HOME=str(place / "home"), EDGE_ENGINE="builtin")
    os.chdir(place)
    yield
    os.chdir(before)
    for key, value in kept.items():
        if value is None:
            os.environ.pop(key)
        else:
            os.environ[key] = value


def plan(text: str) -> str:
    """What `edge plan --fresh --artefacts` does with a stack file."""
    Path("Pulumi.fuzz.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    began = time.process_time()
    try:
        context = StackContext("fuzz")
        if context.report.errors:
            return "findings"
        artefacts(context)
        context.engine.preview(fresh=True)
        return "plan"
    except EdgeError as error:
        assert str(error).strip()
        return "refused"
    finally:
        assert time.process_time() - began < SECONDS


OPTIONS = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=CASES < 1000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@OPTIONS
@given(documents())
def test_a_mutated_stack_ends_in_order(document: Any) -> None:
    plan(yaml.safe_dump({"config": {"cilium-edge:stack": document}}, allow_unicode=True))


@OPTIONS
@given(TEXTS)
def test_any_text_ends_in_order(text: str) -> None:
    plan(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "- a",
        "config:",
        "config: []",
        "config: {cilium-edge:stack: 1}",
        "config: {cilium-edge:stack: {}}",
        "a: &a [*a]",
        "config: &a {x: *a}",
        "\x00",
        "\ufeffconfig: {}",
        "config: {cilium-edge:stack: {cluster: {kind: 5}}}",
        "x: " + "[" * 3000 + "]" * 3000,
        "config:\n  cilium-edge:stack:\n    x: " + "{a: " * 500 + "1" + "}" * 500,
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)),
    ],
)
def test_a_hostile_file_is_refused(text: str) -> None:
    assert plan(text) == "refused"


def test_the_unchanged_document_is_planned() -> None:
    """What the mutations start from is a plan, so that they reach every stage."""
    document = copy.deepcopy(BASE)
    document["waivers"] += [
        {"rule": rule, "reason": "not the matter here"} for rule in ("G8", "G5", "G12", "G22", "I4")
    ]
    assert plan(yaml.safe_dump({"config": {"cilium-edge:stack": document}})) == "plan"


def test_memory_stays_bounded() -> None:
    """After all of the above: the process never needed a gigabyte."""
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1024 * 1024
