"""Addresses, prefixes, AS numbers and MAC addresses as types, not strings."""

from __future__ import annotations

import re
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

# Linux: IFNAMSIZ is 16 with the terminating zero; no slash, no white space.
_INTERFACE_NAME = r"^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}$"
_PORT_NAME = r"^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$"
_DNS_LABEL = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
# Most objects of the API may have dots in their names (RFC 1123 subdomains).
_DNS_NAME = r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$"
# Roles and CRDs have names such as `system:node`. Characters that API paths do not allow are left out.
_PATH_NAME = r"^[A-Za-z0-9][A-Za-z0-9:._@+=-]{0,252}$"
_MAC = re.compile(r"^([0-9a-f]{2}:){5}[0-9a-f]{2}")


def _asn(value: Any) -> int:
    """An AS number in asplain (`65000`, `4200000000`) or asdot (`64512.10`, RFC 5396) as an int."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError("an AS number (1 to 4294967294, or asdot such as 64512.10)")
    text = str(value)
    if re.fullmatch(r"[0-9]{1,5}\.[0-9]{1,5}", text):
        high, low = (int(part) for part in text.split("."))
        number = high * 65536 + low if high < 65536 and low < 65536 else 0
    else:
        number = int(text) if re.fullmatch(r"[0-9]{1,10}", text) else 0
    # 0, 65535 and 4294967295 are reserved (RFC 7607, RFC 7300).
    if not 1 <= number < 4294967295 or number == 65535:
        raise ValueError("an AS number (1 to 4294967294 but not 65535, or asdot such as 64512.10)")
    return number


def _text(value: Any, what: str) -> str:
    # "%" begins an IPv6 zone, which neither FRR nor Kubernetes accepts.
    if not isinstance(value, str) or "%" in value:
        raise ValueError(what)
    return value


def _address(value: Any) -> IPv4Address | IPv6Address:
    if isinstance(value, (IPv4Address, IPv6Address)):
        return value
    what = "an IP address such as 192.168.10.200"
    try:
        return ip_address(_text(value, what))
    except ValueError:
        raise ValueError(what) from None


def _interface_address(value: Any) -> IPv4Interface | IPv6Interface:
    if isinstance(value, (IPv4Interface, IPv6Interface)):
        return value
    what = "an address with its prefix length such as 192.168.10.200/24"
    text = _text(value, what)
    try:
        if "/" not in text:
            raise ValueError
        return ip_interface(text)
    except ValueError:
        raise ValueError(what) from None


def _prefix(value: Any) -> IPv4Network | IPv6Network:
    if isinstance(value, (IPv4Network, IPv6Network)):
        return value
    what = "a prefix such as 172.20.0.0/16, without host bits"
    text = _text(value, what)
    try:
        if "/" not in text:
            raise ValueError
        return ip_network(text, strict=True)
    except ValueError:
        raise ValueError(what) from None


def _mac(value: Any) -> str:
    text = _text(value, "a MAC address such as 02:00:00:00:00:01").lower()
    if not _MAC.fullmatch(text):
        raise ValueError("a MAC address such as 02:00:00:00:00:01")
    return text


_as_text = PlainSerializer(str, return_type=str)

ASN = Annotated[
    int,
    BeforeValidator(_asn),
    Field(ge=1, le=4294967294),
    WithJsonSchema({"type": ["integer", "string"], "title": "AS number"}),
]
Address = Annotated[
    IPv4Address | IPv6Address,
    BeforeValidator(_address),
    _as_text,
    WithJsonSchema({"type": "string", "title": "IP address"}),
]
InterfaceAddress = Annotated[
    IPv4Interface | IPv6Interface,
    BeforeValidator(_interface_address),
    _as_text,
    WithJsonSchema({"type": "string", "title": "IP address with prefix length"}),
]
Prefix = Annotated[
    IPv4Network | IPv6Network,
    BeforeValidator(_prefix),
    _as_text,
    WithJsonSchema({"type": "string", "title": "IP prefix"}),
]
MAC = Annotated[str, BeforeValidator(_mac), WithJsonSchema({"type": "string", "title": "MAC address"})]
Port = Annotated[int, Field(ge=1, le=65535, strict=True)]
PortName = Annotated[str, Field(pattern=_PORT_NAME)]
InterfaceName = Annotated[str, Field(pattern=_INTERFACE_NAME)]
# The name of a Service, a namespace, a container, or a host of the stack.
LabelName = Annotated[str, Field(pattern=_DNS_LABEL)]
ObjectName = Annotated[str, Field(pattern=_DNS_NAME)]
AnyName = Annotated[str, Field(pattern=_PATH_NAME)]

# Pattern -> its description in error messages, because a regular expression explains little.
PATTERNS = {
    _INTERFACE_NAME: "the name of a network interface such as eth1 (15 characters at most)",
    _PORT_NAME: "a number or the name of a port such as http (15 characters at most)",
    _DNS_LABEL: "a name of lower-case letters, digits and dashes (63 characters at most)",
    _DNS_NAME: "a name of lower-case letters, digits, dashes and dots",
    _PATH_NAME: "a name of letters, digits, dots, dashes and colons",
}


def inside(prefix: IPv4Network | IPv6Network, whole: IPv4Network | IPv6Network) -> bool:
    """Whether a prefix is `whole` or a part of it. Prefixes of two families are not."""
    return prefix.version == whole.version and prefix.subnet_of(whole)  # type: ignore[arg-type]
