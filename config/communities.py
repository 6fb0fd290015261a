"""BGP communities in Cilium's CRD: standard, large, and well-known (by name)."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["standard", "wellKnown", "large"]

# The names in the CRD (bgp_advert_types.go), which are the same in every release.
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
    """The CRD's list for a community. None: the text is not a community.

    A standard community is two numbers of 16 bits (RFC 1997) or one of 32. A large community is three numbers of 32
    bits (RFC 8092).
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
