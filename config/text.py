"""Types of texts for shells, templates, paths and arguments, and a search for control characters in all texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from config.errors import Problem
from config.yaml_text import DEPTH, VALUES

_USER = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$"
_HOST = r"^[A-Za-z0-9:]([A-Za-z0-9.:_-]{0,252})$"
_SECRET = r"^[A-Za-z][A-Za-z0-9_.-]{0,127}$"
_IMAGE = r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,511}$"
# Helm reads a leading dash as an option.
# The length limit is separate: a count in the pattern takes 10 ms to compile.
_CHART = r"^[A-Za-z0-9._/~][^\s\x00-\x1f]*$"
_URL = r"^(https?|oci|file)://[^\s\x00-\x1f]+$"
_DNS_PATTERN = r"^(\*\.)?[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$"
_CLASS = r"^[a-z0-9]([-a-z0-9.]*/)?[A-Za-z0-9._-]{0,252}$"
UserName = Annotated[str, Field(pattern=_USER)]
HostName = Annotated[str, Field(pattern=_HOST)]
# The name of a secret of the stack's configuration.
SecretName = Annotated[str, Field(pattern=_SECRET)]
Image = Annotated[str, Field(pattern=_IMAGE)]
Chart = Annotated[str, Field(pattern=_CHART, max_length=1024)]
Url = Annotated[str, Field(pattern=_URL, max_length=1024)]
# The host of an Ingress, with or without a wildcard in front.
DnsPattern = Annotated[str, Field(pattern=_DNS_PATTERN)]
ClassName = Annotated[str, Field(pattern=_CLASS)]
PATTERNS = {
    _USER: "the name of a user such as root",
    _HOST: "the name or the address of a host",
    _SECRET: "the name of a secret of the stack's configuration such as bgpPassword",
    _IMAGE: "the name of an image such as registry.example.com/edge/web@sha256:...",
    _CHART: "a chart: a directory, a name or oci://...",
    _URL: "an address such as https://helm.cilium.io",
    _DNS_PATTERN: "the name of a host such as www.example.com or *.example.com",
    _CLASS: "the name of a class such as cilium or io.cilium/l2-announcer",
}

# Programs, free texts and objects in the API's own format may have several lines.
_LINES = re.compile(r"^(manifests\[\d+\]|cilium\.values)([.[]|$)|\.annotations\b|\.(command|args)\[\d+\]$")
_ODD = ("Cc", "Cs", "Zl", "Zp")
_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def unfit(document: Any) -> Iterator[Problem]:
    """Texts with control characters (such as line breaks in one-line texts), and documents that are too large."""
    left = VALUES
    waiting: list[tuple[str, Any, int]] = [("", document, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        left -= 1
        if left < 0 or depth > DEPTH:
            yield Problem(path, f"a stack of fewer than {VALUES} values and {DEPTH} levels", "more")
            return
        if isinstance(value, str):
            odd = _control(value, lines=_LINES.search(path) is not None)
            if odd:
                yield Problem(path, "a text of one line without control characters", f"a text with {odd}")
        elif isinstance(value, dict):
            for key, below in value.items():
                odd = _control(key, lines=False) if isinstance(key, str) else ""
                if odd:
                    yield Problem(path or "cilium-edge:stack", "keys without control characters", f"a key with {odd}")
                waiting.append((f"{path}.{key}" if path else str(key), below, depth + 1))
        elif isinstance(value, list):
            waiting += [(f"{path}[{i}]", below, depth + 1) for i, below in enumerate(value)]


def _control(text: str, *, lines: bool) -> str:
    """The first forbidden character, in the form U+000A."""
    if text.isprintable():
        return ""
    allowed = "\n\t" if lines else ""
    # Control characters, lone surrogates, line separators of some programs, and bidirectional controls.
    return next(
        (
            f"U+{ord(c):04X}"
            for c in text
            if c not in allowed and (unicodedata.category(c) in _ODD or unicodedata.bidirectional(c) in _TURNS)
        ),
        "",
    )
