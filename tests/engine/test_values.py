"""Values between the wire, the engine and the state file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from engine.passphrase import Passphrase
from engine.values import (
    ASSET_SIGNATURE,
    OUTPUT_SIGNATURE,
    RESOURCE_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_TOKEN,
    Asset,
    Secret,
    from_json,
    from_struct,
    has_unknown,
    plain,
    reseal,
    to_json,
    to_struct,
)

NEEDLE = "needle-in-the-haystack"
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.text(max_size=8),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer()),
)
specials = st.one_of(st.just(UNKNOWN), st.builds(Asset, st.text(max_size=8)))


def nested(leaves: st.SearchStrategy[Any], *, secrets: bool = True) -> st.SearchStrategy[Any]:
    def around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        plain_ones = st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        return plain_ones | st.builds(Secret, inner) if secrets else plain_ones

    return st.recursive(leaves, around, max_leaves=8)


json_values = nested(scalars, secrets=False)
values = nested(scalars | specials)
properties = st.dictionaries(st.text(max_size=5), values, max_size=4)


def hide(text: str) -> str:
    return text.encode().hex()


def show(text: str) -> str:
    return bytes.fromhex(text).decode()


def without_double(value: Any) -> Any:
    """A secret inside a secret tells nothing that the outer one does not."""
    match value:
        case Secret():
            return None if plain(value) is None else Secret(plain(value))
        case dict():
            return {key: without_double(item) for key, item in value.items()}
        case list():
            return [without_double(item) for item in value]
        case _:
            return value


def through_a_file(value: Any) -> Any:
    return json.loads(json.dumps(value))


# --- the wire ---


@given(properties)
def test_properties_survive_the_wire(value: dict[str, Any]) -> None:
    received = struct_pb2.Struct.FromString(to_struct(value).SerializeToString())
    assert from_struct(received) == value


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_arrives_as_an_int(number: int) -> None:
    received = from_struct(to_struct({"n": number}))["n"]
    assert received == number and type(received) is int


def test_a_secret_and_an_unknown_stand_on_the_wire_as_pulumi_writes_them() -> None:
    struct = to_struct({"s": Secret("x"), "u": UNKNOWN})
    assert dict(struct["s"]) == {SIGNATURE: SECRET_SIGNATURE, "value": "x"}
    assert struct["u"] == UNKNOWN_TOKEN


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ({"value": "x", "secret": True}, Secret("x")),
        ({"value": "x"}, "x"),
        ({"secret": True}, Secret(UNKNOWN)),
        ({}, UNKNOWN),
    ],
)
def test_an_output_value_is_unpacked(sent: dict[str, Any], received: Any) -> None:
    struct = struct_pb2.Struct()
    struct.update({"o": {SIGNATURE: OUTPUT_SIGNATURE, **sent}})
    assert from_struct(struct) == {"o": received}


def test_a_resource_reference_is_its_urn() -> None:
    struct = struct_pb2.Struct()
    struct.update({"r": {SIGNATURE: RESOURCE_SIGNATURE, "urn": "urn:pulumi:t::p::a:b:C::d"}})
    assert from_struct(struct) == {"r": "urn:pulumi:t::p::a:b:C::d"}


def test_a_file_asset_is_read_when_it_arrives(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    struct = struct_pb2.Struct()
    struct.update({"a": {SIGNATURE: ASSET_SIGNATURE, "path": str(tmp_path / "file")}})
    asset = from_struct(struct)["a"]
    (tmp_path / "file").write_text("changed later")
    assert asset.text == "content"


# --- the state file ---


@given(properties)
def test_properties_survive_the_state_file(value: dict[str, Any]) -> None:
    assert from_json(through_a_file(to_json(value, hide)), show) == value


@given(json_values)
def test_a_value_without_secrets_is_written_as_it_is_and_nothing_is_encrypted(value: Any) -> None:
    def refuse(text: str) -> str:
        raise AssertionError(f"encrypted {text}")

    assert to_json(value, refuse) == value


@given(st.builds(lambda value: Secret({"here": NEEDLE, "around": [value, Secret([NEEDLE])]}), values), properties)
def test_a_secret_never_appears_in_clear(secret: Secret, around: dict[str, Any]) -> None:
    text = json.dumps(to_json({**around, "in": {"a": [{"list": secret}]}}, hide))
    assert NEEDLE not in text and hide(NEEDLE) in text


def test_nested_secrets_survive_with_pulumis_encryption() -> None:
    crypto = Passphrase("word")
    value = {"list": [1, Secret({"key": NEEDLE, "inner": Secret([NEEDLE])})], "asset": Secret(Asset(NEEDLE))}
    written = json.dumps(to_json(value, crypto.encrypt))
    assert NEEDLE not in written
    assert from_json(json.loads(written), crypto.decrypt) == value


def test_a_secret_stands_in_the_file_as_pulumi_writes_it() -> None:
    assert to_json(Secret(["x"]), hide) == {SIGNATURE: SECRET_SIGNATURE, "ciphertext": hide('["x"]')}


def test_a_secret_that_was_exported_in_plain_text_is_one_again() -> None:
    assert from_json({SIGNATURE: SECRET_SIGNATURE, "plaintext": '{"a": 1}'}, show) == Secret({"a": 1})


def test_an_assets_text_and_hash_survive_the_state_file() -> None:
    asset = Asset("text", "/somewhere/file")
    again = from_json(through_a_file(to_json(asset, hide)), show)
    assert (again.text, again.digest) == (asset.text, asset.digest)
    assert asset.digest == "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"


# --- inside the engine ---


@given(values)
def test_printing_a_secret_does_not_show_it(value: Any) -> None:
    assert repr(Secret([NEEDLE, value])) == "[secret]"
    assert NEEDLE not in f"{[Secret(NEEDLE)]} {Secret(NEEDLE)!s}"


@given(json_values)
def test_plain_takes_off_every_wrapper(value: Any) -> None:
    assert plain(Secret({"a": [Secret(value), {"b": Secret(Secret(value))}]})) == {"a": [value, {"b": value}]}


@given(properties)
def test_a_plain_value_gets_its_secrets_back_from_what_it_was(value: dict[str, Any]) -> None:
    assert reseal(value, plain(value)) == without_double(value)


@pytest.mark.parametrize("value", [["new", NEEDLE], [NEEDLE, NEEDLE], [[NEEDLE]], {"a": NEEDLE}, NEEDLE], ids=repr)
def test_a_secret_that_moved_inside_its_list_is_not_left_in_clear(value: Any) -> None:
    assert NEEDLE not in repr(reseal({"list": [Secret(NEEDLE)]}, {"list": value}))


@pytest.mark.parametrize("value", [UNKNOWN, [1, UNKNOWN], {"a": {"b": [UNKNOWN]}}, Secret([UNKNOWN])], ids=repr)
def test_an_unknown_is_found_wherever_it_is(value: Any) -> None:
    assert has_unknown(value)


@given(json_values)
def test_no_unknown_is_found_where_there_is_none(value: Any) -> None:
    assert not has_unknown(Secret({"a": [value]}))
