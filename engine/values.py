"""Converts property values between the SDK's wire format, the engine, and the state file.

In the engine a value is plain Python (None, bool, float, int, str, list, dict) or one of three
values that JSON does not have: UNKNOWN, Secret and Asset.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

# Fixed by Pulumi's wire and checkpoint formats (sdk/go/common/resource).
UNKNOWN_TOKEN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
ARCHIVE_SIGNATURE = "0def7320c3a5731c473e5ecbe6d01bc7"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"
ASSET_SIGNATURE = "c44067f5952c0a294b673a41bacd8c17"
RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

Properties = dict[str, Any]


class _Unknown:
    """A value that is unknown until an apply."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that is encrypted in the state and never shown."""

    value: Any

    def __repr__(self) -> str:
        return "[secret]"


@dataclass(frozen=True)
class Asset:
    """A text asset. Files are read on arrival, so that a change of the content is noticed."""

    text: str
    path: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Properties of a protobuf Struct from the SDK; sorted, because a Struct has no field order."""
    return {key: from_value(struct.fields[key]) for key in sorted(struct.fields)}


def from_value(value: struct_pb2.Value) -> Any:
    """One value of a Struct; None if it was not sent."""
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value == UNKNOWN_TOKEN else value.string_value
        case "number_value":
            return _number(value.number_value)
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [from_value(item) for item in value.list_value.values]
        case "struct_value":
            return _special(from_struct(value.struct_value))
        case _:
            return None


def _number(number: float) -> float | int:
    return int(number) if number.is_integer() else number


def _special(data: Properties) -> Any:
    kind = data.get(SIGNATURE)
    if kind == SECRET_SIGNATURE:
        return Secret(data["value"])
    if kind == ASSET_SIGNATURE and not data.get("uri"):
        path = data.get("path") or ""
        if path and not data.get("text"):
            with open(path) as file:
                return Asset(file.read(), path)
        return Asset(data.get("text") or "", path)
    if kind == OUTPUT_SIGNATURE:
        value = data.get("value", UNKNOWN)
        return Secret(value) if data.get("secret") else value
    if kind == RESOURCE_SIGNATURE:
        return data.get("urn")
    return data


def to_struct(properties: Properties) -> struct_pb2.Struct:
    """A protobuf Struct for the SDK."""
    struct = struct_pb2.Struct()
    struct.update({key: _wire(value) for key, value in properties.items()})
    return struct


def _wire(value: Any) -> Any:
    match value:
        case _Unknown():
            return UNKNOWN_TOKEN
        case Secret():
            return {SIGNATURE: SECRET_SIGNATURE, "value": _wire(value.value)}
        case Asset():
            return {SIGNATURE: ASSET_SIGNATURE, "text": value.text, "hash": value.digest}
        case dict():
            return {key: _wire(item) for key, item in value.items()}
        case list():
            return [_wire(item) for item in value]
        case _:
            return value


def plain(value: Any) -> Any:
    """The value without Secret wrappers, for providers. Must never be printed."""
    match value:
        case Secret():
            return plain(value.value)
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return value


def reseal(pattern: Any, value: Any) -> Any:
    """A plain value with the Secret wrappers that `pattern` has at the same places."""
    if isinstance(pattern, Secret):
        return value if isinstance(value, Secret) or value is None else Secret(value)
    if isinstance(pattern, dict) and isinstance(value, dict):
        return {key: reseal(pattern.get(key), item) for key, item in value.items()}
    if isinstance(pattern, list) and isinstance(value, list) and len(pattern) == len(value):
        return [reseal(one, item) for one, item in zip(pattern, value, strict=True)]
    # The shape differs, so the place of the secret is unknown.
    shaped = isinstance(pattern, (dict, list)) and value is not None and has_secret(pattern)
    return Secret(value) if shaped else value


def has_secret(value: Any) -> bool:
    """Whether the value contains a secret."""
    match value:
        case Secret():
            return True
        case dict():
            return any(has_secret(item) for item in value.values())
        case list():
            return any(has_secret(item) for item in value)
        case _:
            return False


def has_unknown(value: Any) -> bool:
    """Whether the value contains UNKNOWN."""
    match value:
        case _Unknown():
            return True
        case Secret():
            return has_unknown(value.value)
        case dict():
            return any(has_unknown(item) for item in value.values())
        case list():
            return any(has_unknown(item) for item in value)
        case _:
            return False


def to_json(value: Any, encrypt: Callable[[str], str]) -> Any:
    """A value in the format of the state file; `encrypt` encrypts secrets."""
    match value:
        case Secret():
            # The outer secret already encrypts the inner one: Pulumi stores the inner one in clear.
            text = json.dumps(to_json(value.value, str))
            return {SIGNATURE: SECRET_SIGNATURE, "ciphertext": encrypt(text)}
        case Asset():
            return {SIGNATURE: ASSET_SIGNATURE, "hash": value.digest, "text": value.text}
        case dict():
            return {key: to_json(item, encrypt) for key, item in value.items()}
        case list():
            return [to_json(item, encrypt) for item in value]
        case _Unknown():
            return UNKNOWN_TOKEN
        case _:
            return value


def from_json(value: Any, decrypt: Callable[[str], str]) -> Any:
    """The reverse of `to_json`."""
    match value:
        case {"ciphertext": str(text), **rest} if rest.get(SIGNATURE) == SECRET_SIGNATURE:
            return Secret(from_json(json.loads(decrypt(text)), lambda inner: _inside(inner, decrypt)))
        case {"plaintext": str(text), **rest} if rest.get(SIGNATURE) == SECRET_SIGNATURE:
            return Secret(from_json(json.loads(text), decrypt))
        case {"text": str(text), **rest} if rest.get(SIGNATURE) == ASSET_SIGNATURE:
            return Asset(text)
        case dict():
            return {key: from_json(item, decrypt) for key, item in value.items()}
        case list():
            return [from_json(item, decrypt) for item in value]
        case str() if value == UNKNOWN_TOKEN:
            return UNKNOWN
        case _:
            return value


def _inside(text: str, decrypt: Callable[[str], str]) -> str:
    # A secret within a secret is stored as JSON. Older state files of this engine encrypted it twice.
    return decrypt(text) if text.startswith("v1:") else text
