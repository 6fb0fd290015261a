"""B10: An advertisement entry has fields that its type does not allow.

Why: An entry of type Service requires `addresses`. Entries of the other types must not have `addresses`, and a
PodCIDR entry must not have a selector. aggregationLength (1 to 31) and aggregationLengthIPv6 (1 to 127) are valid for
Services only. The API server refuses the whole object.
Seen: In the API server's error.
Since: 1.16
Source: validation of the CRD CiliumBGPAdvertisement

Bad: `{ type: PodCIDR, selector: { matchLabels: { a: b } } }`
Good: `{ type: PodCIDR }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks which fields belong to which type."""
    for path, _, entry in facts.advertisement_entries:
        if entry.type == "Service" and not entry.addresses:
            yield error(
                f"{path}.addresses",
                "LoadBalancerIP, ClusterIP or ExternalIP",
                "none",
                "name the addresses of the Services to announce",
            )
        if entry.type != "Service" and entry.addresses:
            yield error(
                f"{path}.addresses", f"nothing with type {entry.type}", ", ".join(entry.addresses), "take addresses out"
            )
        if entry.type == "PodCIDR" and entry.selector is not None:
            yield error(
                f"{path}.selector", "nothing with type PodCIDR", entry.selector.manifest(), "take the selector out"
            )
        for key, length, most in (
            ("aggregationLength", entry.aggregation_length, 31),
            ("aggregationLengthIPv6", entry.aggregation_length_ipv6, 127),
        ):
            if entry.type == "Service" and length is not None and not 1 <= length <= most:
                yield error(
                    f"{path}.{key}",
                    f"1 to {most} (the range of the API)",
                    length,
                    f"take {key} out: single addresses are announced anyway",
                )
            if entry.type != "Service" and length is not None:
                yield error(f"{path}.{key}", f"nothing with type {entry.type}", length, f"take {key} out")
        if (entry.type == "Interface") != (entry.interface is not None):
            wanted = "the name of an interface" if entry.type == "Interface" else f"nothing with type {entry.type}"
            yield error(
                f"{path}.interface",
                wanted,
                entry.interface or "nothing",
                "set interface with type Interface, and only there",
            )
