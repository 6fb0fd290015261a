"""Names of images that a Docker engine accepts, by the grammar of github.com/distribution/reference."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

# Of the registry: letters of both cases, or an IPv6 address in brackets. Of the repository: lower case only.
_LABEL = r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?"
_REGISTRY = rf"({_LABEL}(\.{_LABEL})*|\[[a-fA-F0-9:]+\])(:[0-9]+)?"
_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
# The engine knows these algorithms, with digests of exactly these lengths.
_DIGEST = r"(sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})"
_IMAGE = rf"^({_REGISTRY}/)?{_PART}(/{_PART})*(:{_TAG})?(@{_DIGEST})?$"
PATTERNS = {_IMAGE: "the name of an image, such as kindest/node:v1.34.4"}

ImageName = Annotated[str, Field(pattern=_IMAGE)]
