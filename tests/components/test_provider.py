"""The component provider: started as Pulumi starts it, and constructing as other languages ask."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pulumi
import pytest
from pulumi.errors import InputPropertiesError
from pulumi.output import Unknown
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from components.provider import COMPONENTS, EdgeProvider
from tests.components.program import registered

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = "cilium-edge:index:"


@pytest.fixture(scope="module")
def schema() -> Iterator[dict[str, Any]]:
    """What the program answers when Pulumi starts it as a plugin: with the engine's address as an argument."""
    words = [sys.executable, str(PROJECT / "provider"), "127.0.0.1:1"]
    run = subprocess.Popen(words, cwd="/", stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    try:
        with grpc.insecure_channel(f"127.0.0.1:{int(run.stdout.readline())}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            yield json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=30).schema)
    finally:
        run.kill()
        run.wait()


def test_every_component_is_in_the_schema_with_types_that_exist(schema: dict[str, Any]) -> None:
    assert set(schema["resources"]) == {f"{PACKAGE}{component.__name__}" for component in COMPONENTS}
    assert all(resource["isComponent"] for resource in schema["resources"].values())
    wanted = set(refs(schema["resources"])) | set(refs(schema["types"]))
    assert wanted - {"pulumi.json#/Any"} == {f"#/types/{name}" for name in schema["types"]}


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from refs(below)


def test_the_schema_says_what_each_component_needs_and_gives(schema: dict[str, Any]) -> None:
    router = schema["resources"][f"{PACKAGE}RouterFRR"]
    assert router["requiredInputs"] == ["bgp", "connection", "interfaces"]
    assert router["properties"]["asn"] == {"type": "number"}
    assert router["inputProperties"]["passwords"]["secret"] is True
    assert schema["types"][f"{PACKAGE}Ssh"]["properties"]["privateKey"] == {"type": "string", "secret": True}
    pool = schema["types"][f"{PACKAGE}Pool"]
    # A name decides which resources there are: no language may give it late.
    assert pool["properties"]["name"] == {"type": "string", "plain": True}
    assert set(pool["required"]) == {"name", "blocks"}
    assert all("\n  " not in line for line in descriptions(schema)) and len(list(descriptions(schema))) > 40


def test_no_name_says_args_and_lists_of_objects_have_items_that_go_can_name(schema: dict[str, Any]) -> None:
    # Generators add `Args` by themselves; Go's names a type for plain items of a list, and makes none.
    assert not [name for name in (*schema["types"], *refs(schema)) if name.endswith("Args")]
    pools = schema["resources"][f"{PACKAGE}LbIpam"]["inputProperties"]["pools"]
    assert pools == {"type": "array", "items": {"$ref": f"#/types/{PACKAGE}Pool"}, "plain": True}
    assert schema["language"]["go"] == {"importBasePath": "example.com/pulumi-cilium-edge/sdk/go/ciliumedge"}


def test_numbers_of_more_than_31_bits_are_no_integers(schema: dict[str, Any]) -> None:
    # An `integer` has 32 bits in C# and Java: AS 4200000000 would not compile there.
    def kind(name: str, field: str) -> Any:
        return schema["types"][f"{PACKAGE}{name}"]["properties"][field]["type"]

    wide = [("RouterBgp", "asn"), ("Peer", "asn"), ("Instance", "localAsn"), ("RouteSet", "med")]
    wide += [("Advertisement", "localPreference"), ("Neighbor", "maximumPrefix"), ("Redistribute", "metric")]
    assert {kind(*one) for one in wide} == {"number"}
    prepended = schema["types"][f"{PACKAGE}RouteSet"]["properties"]["asPathPrepend"]
    assert prepended["items"] == {"type": "number"}
    assert {kind("PeerConfig", "hold"), kind("Listener", "port")} == {"integer"}


def descriptions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "description" and isinstance(value, str))
        for below in node.values():
            yield from descriptions(below)


def test_the_schema_has_the_version_of_the_project(schema: dict[str, Any]) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert (schema["name"], schema["version"]) == (project["name"], project["version"])


def constructed(kind: str, inputs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Resource name -> its inputs, for a component called `its`."""
    provider = EdgeProvider()
    found = registered(
        lambda: provider.construct("its", f"{PACKAGE}{kind}", inputs, pulumi.ResourceOptions()),
        "theirs",
        "prod",
        preview=True,
    )
    return {name: given for _, name, given in found}


def told(caught: pytest.ExceptionInfo[InputPropertiesError]) -> list[Any]:
    # The SDK fails on an error without a list, and a user then reads of an AttributeError.
    assert caught.value.errors is not None
    return list(caught.value.errors)


def test_names_and_numbers_of_other_languages() -> None:
    pools = [{"name": "blue", "blocks": [{"cidr": "192.0.2.0/28"}], "allowFirstLastIps": "No"}]
    assert constructed("LbIpam", {"pools": pools})["its-blue"]["spec"] == {
        "blocks": [{"cidr": "192.0.2.0/28"}],
        "allowFirstLastIPs": "No",
    }
    peers = [{"name": "tor", "asn": 65000.0, "address": "192.168.10.200", "peerConfigRef": "tor"}]
    bgp = {
        "clusterConfigs": [
            {"name": "edge", "instances": [{"name": "65001", "localAsn": 4200000001.0, "peers": peers}]}
        ],
        "peerConfigs": [
            {
                "name": "tor",
                "families": [
                    {"afi": "ipv4", "safi": "unicast", "advertisements": {"matchLabels": {"announce": "pods"}}}
                ],
            }
        ],
        "advertisements": [
            {"name": "pods", "labels": {"announce": "pods"}, "advertisements": [{"advertisementType": "PodCIDR"}]}
        ],
    }
    with pytest.raises(InputPropertiesError) as caught:
        constructed("BgpControlPlane", bgp)
    assert "advertisements[0].advertisements[0].advertisementType" in {one["property_path"] for one in told(caught)}
    bgp["advertisements"][0]["advertisements"] = [{"type": "PodCIDR"}]  # type: ignore[index]
    found = constructed("BgpControlPlane", bgp)
    instance = found["its-clusterconfig-edge"]["spec"]["bgpInstances"][0]
    assert (instance["localASN"], instance["peers"][0]["peerASN"]) == (4200000001, 65000)


def test_what_only_an_apply_knows_stays_unknown() -> None:
    found = constructed("LbIpam", {"pools": [{"name": "blue", "blocks": [{"cidr": Unknown()}]}]})
    assert found["its-blue"]["metadata"] == {"name": "blue"}


def test_what_is_wrong_is_said_without_a_traceback() -> None:
    with pytest.raises(InputPropertiesError) as caught:
        constructed("LbIpam", {"pools": [{"name": "x", "blocks": [{"cidr": "192.0.2.1/28"}]}]})
    [problem] = told(caught)
    assert problem["property_path"] == "pools[0].blocks[0].cidr" and problem["reason"].startswith("expected a prefix")


def test_a_rule_that_objects_is_quoted() -> None:
    bgp = {
        "asn": 65000.0,
        "routerId": "192.168.10.200",
        "ebgpRequiresPolicy": True,
        "neighbors": [{"address": "192.168.10.100", "remoteAs": 65001.0}],
    }
    with pytest.raises(InputPropertiesError) as caught:
        constructed(
            "RouterFRR",
            {
                "connection": {"host": "h", "hostKey": "k", "privateKey": "-"},
                "bgp": bgp,
                "interfaces": [{"name": "eth1", "address": "192.168.10.200/24"}],
            },
        )
    assert "B27 bgp.ebgpRequiresPolicy" in caught.value.message and told(caught) == []
