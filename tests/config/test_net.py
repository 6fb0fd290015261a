"""AS numbers, addresses, prefixes and MAC addresses."""

from __future__ import annotations

from ipaddress import ip_interface, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from config.net import ASN, MAC, Address, InterfaceAddress, InterfaceName, Prefix

asn: TypeAdapter[Any] = TypeAdapter(ASN)
address: TypeAdapter[Any] = TypeAdapter(Address)
interface_address: TypeAdapter[Any] = TypeAdapter(InterfaceAddress)
interface_name: TypeAdapter[Any] = TypeAdapter(InterfaceName)
prefix: TypeAdapter[Any] = TypeAdapter(Prefix)
mac: TypeAdapter[Any] = TypeAdapter(MAC)
ALL = pytest.mark.parametrize(
    "kind",
    [asn, address, interface_address, prefix, mac],
    ids=["ASN", "Address", "InterfaceAddress", "Prefix", "MAC"],
)

RESERVED = (0, 65535, 4294967295)
as_numbers = st.integers(1, 4294967294).filter(lambda n: n not in RESERVED)
addresses = st.ip_addresses()
almost = st.text("0123456789abcdefABCDEF.:/%- \n", max_size=30)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.text(), almost),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


def refused(kind: TypeAdapter[Any], value: Any) -> bool:
    try:
        kind.validate_python(value)
    except ValidationError:
        return True
    return False


@st.composite
def interfaces(draw: st.DrawFn) -> Any:
    host = draw(addresses)
    return ip_interface((host, draw(st.integers(0, host.max_prefixlen))))


# --- whatever comes in ---


@ALL
@given(value=anything)
def test_anything_is_validated_or_refused_and_what_is_accepted_survives_str(kind: TypeAdapter[Any], value: Any) -> None:
    try:
        first = kind.validate_python(value)
    except ValidationError:
        return
    assert kind.validate_python(str(first)) == first


@ALL
@pytest.mark.parametrize("value", [None, True, False, 1.5, b"\x0a\x00\x00\x01", [], {}, "", "word"], ids=repr)
def test_other_types_and_words_are_refused(kind: TypeAdapter[Any], value: Any) -> None:
    assert refused(kind, value)


# --- ASN ---


@given(as_numbers)
def test_an_as_number_reads_the_same_as_int_asplain_and_asdot(number: int) -> None:
    dotted = f"{number >> 16}.{number & 0xFFFF}"
    assert [asn.validate_python(form) for form in (number, str(number), dotted)] == [number] * 3


@pytest.mark.parametrize(
    ("text", "number"),
    [("0.65526", 65526), ("1.0", 65536), ("1.10", 65546), ("64512.10", 4227858442), ("65535.65534", 4294967294)],
)
def test_asdot_is_high_times_65536_plus_low(text: str, number: int) -> None:
    assert asn.validate_python(text) == number


@pytest.mark.parametrize("number", RESERVED)
def test_reserved_as_numbers_are_refused_in_every_notation(number: int) -> None:
    assert all(refused(asn, form) for form in (number, str(number), f"{number >> 16}.{number & 0xFFFF}"))


@given(st.integers().filter(lambda n: not 0 < n < 4294967296))
def test_numbers_outside_32_bits_are_refused(number: int) -> None:
    assert refused(asn, number) and refused(asn, str(number))


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        65000.0,
        "65000.0.1",
        "sixty",
        " 65000",
        "65000\n",
        "+65000",
        "-1",
        "6_5",
        "0x10",
        "٣",
        "1.65536",
        "65536.1",
        ".1",
        "1.",
        "1.-1",
    ],
    ids=repr,
)
def test_what_only_resembles_an_as_number_is_refused(value: object) -> None:
    assert refused(asn, value)


# --- addresses and prefixes ---


@given(addresses)
def test_an_address_survives_str_and_json(value: Any) -> None:
    assert address.validate_python(str(value)) == value
    assert address.validate_json(address.dump_json(value)) == value


@pytest.mark.parametrize("text", ["10.0.0.256", "10.0.0", "010.0.0.1", "10.0.0.1/24", " 10.0.0.1", "fd00::1::2"])
def test_a_malformed_address_is_refused(text: str) -> None:
    assert refused(address, text)


@given(interfaces())
def test_an_interface_address_survives_str_with_its_host_bits(value: Any) -> None:
    read = interface_address.validate_python(str(value))
    assert (read.ip, read.network) == (value.ip, value.network)
    assert interface_address.validate_json(interface_address.dump_json(value)) == value


@given(interfaces())
def test_a_prefix_is_accepted_only_without_host_bits(value: Any) -> None:
    assert prefix.validate_python(str(value.network)) == value.network
    assert prefix.validate_json(prefix.dump_json(value.network)) == value.network
    assert refused(prefix, str(value)) == (value.ip != value.network.network_address)


@given(addresses)
def test_a_missing_prefix_length_is_refused_and_not_guessed(value: Any) -> None:
    assert refused(prefix, str(value)) and refused(interface_address, str(value))


@given(addresses)
def test_a_prefix_length_beyond_the_family_is_refused(value: Any) -> None:
    text = f"{value}/{value.max_prefixlen + 1}"
    assert refused(prefix, text) and refused(interface_address, text)


def test_a_prefix_that_is_a_network_object_already_stays_as_it_is() -> None:
    assert prefix.validate_python(ip_network("172.20.0.0/16")) == ip_network("172.20.0.0/16")


@pytest.mark.parametrize(
    ("kind", "text"),
    [(address, "fe80::1%a\n log stdout"), (interface_address, "fe80::1%a b/64"), (prefix, "fe80::%a\tb/64")],
    ids=["Address", "InterfaceAddress", "Prefix"],
)
def test_white_space_in_an_ipv6_zone_cannot_smuggle_lines_into_frr_conf(kind: TypeAdapter[Any], text: str) -> None:
    assert refused(kind, text)


# --- MAC and interface names ---


@given(st.from_regex(r"([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", fullmatch=True))
def test_a_mac_address_is_kept_in_lower_case(text: str) -> None:
    assert mac.validate_python(text) == text.lower()
    assert mac.validate_python(text.lower()) == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "02:00:00:00:00",
        "02:00:00:00:00:01:02",
        "02-00-00-00-00-01",
        "020000000001",
        "02:00:00:00:00:0g",
        " 02:00:00:00:00:01",
    ],
)
def test_a_malformed_mac_address_is_refused(text: str) -> None:
    assert refused(mac, text)


def test_a_mac_address_with_a_newline_behind_it_is_refused() -> None:
    assert refused(mac, "02:00:00:00:00:01\n")


@pytest.mark.parametrize("name", ["", "a" * 16, "eth 1", "eth/1", "eth1\n"], ids=repr)
def test_a_name_that_linux_would_not_take_for_an_interface_is_refused(name: str) -> None:
    assert refused(interface_name, name)
    assert interface_name.validate_python("a" * 15) == "a" * 15


@pytest.mark.parametrize("name", [".", "..", "eth:1", "eth\x00", "é" * 15], ids=repr)
def test_the_rest_of_what_linux_refuses_in_interface_names_is_refused(name: str) -> None:
    # dev_valid_name() in net/core/dev.c: no "." or "..", no colon; 15 bytes, not characters.
    assert refused(interface_name, name)
