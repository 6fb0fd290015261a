"""BGP communities as Cilium's CRD takes them: standard, large, and well-known ones by name."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["standard", "wellKnown", "large"]

# The names that the CRD lists (bgp_advert_types.go), the same ones in every release.
WELL_KNOWN = (
    "internet",
    "planned-shut",
    "accept-own",
    "route-filter-translated-v4",
    "route-filter-v4",
    "route-filter-translated-v6",
    "route-filter-v6",
    "llgr-stale",
    "no-llgr",
    "blackhole",
    "no-export",
    "no-advertise",
    "no-export-subconfed",
    "no-peer",
)
_WORD = 2**32 - 1
_NUMBER = r"(0|[1-9][0-9]*)"


def kind_of(text: str) -> Kind | None:
    """Which list of the CRD a community belongs to; None for what is none of them.

    Standard ones are two numbers of 16 bits (RFC 1997) or one of 32, large ones three of 32 (RFC 8092).
    """
    if text in WELL_KNOWN:
        return "wellKnown"
    if not re.fullmatch(rf"{_NUMBER}(:{_NUMBER}){{0,2}}", text):
        return None
    parts = [int(part) for part in text.split(":")]
    most = 65535 if len(parts) == 2 else _WORD
    if max(parts) > most:
        return None
    return "large" if len(parts) == 3 else "standard"
