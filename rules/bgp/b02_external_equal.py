"""B2: `remote-as external` or `internal` contradicts the neighbor's AS number.

Why: FRR's `external` refuses a neighbor with the router's own AS number. FRR's `internal` refuses a neighbor with
any other AS number. The TCP connection comes up, FRR refuses the OPEN message, and Cilium reports no reason.
Seen: Only in the router's log.
Since: 1.16
Source: FRR BGP documentation (remote-as external|internal); seen on the lab

Bad: router `asn: 65001`, peer group `remoteAs: external`, instance `localASN: 65001`
Good: instance `localASN: 65001`, router `asn: 65000`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Compares the word with the two AS numbers."""
    for session in facts.sessions:
        far = session.far
        if far is None or session.local_asn is None:
            continue
        asn = far.asn
        if far.remote_as == "external" and session.local_asn == asn:
            yield error(
                f"{session.instance_path}.localASN",
                f"another AS number than the router's (remote-as external on router {far.router.name})",
                session.local_asn,
                "give the nodes an AS number of their own, or make the neighbor internal",
            )
        if far.remote_as == "internal" and session.local_asn != asn:
            yield error(
                f"{session.instance_path}.localASN",
                f"{asn} (remote-as internal on router {far.router.name})",
                session.local_asn,
                "set localASN to the router's, or make the neighbor external",
            )
