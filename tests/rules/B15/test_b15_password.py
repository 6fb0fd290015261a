"""B15 beyond its fixtures: the two ends of a session have different passwords, or only one end has a password."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.helpers import NO_ROUTERS, Edit, peer, peer_config, router, sentences, told_after


def secret(name: str | None, theirs: str | None) -> Edit:
    def edit(d: Any) -> None:
        d["bgp"]["authSecrets"] = [{"name": "bgp", "passwordConfig": "bgpPassword"}]
        if name:
            peer_config(d)["authSecretRef"] = name
        if theirs:
            router(d)["peerGroups"][0]["passwordConfig"] = theirs

    return edit


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([secret("bgp", "bgpPassword")], []),
        ([secret("bgp", "another")], ["error bgp.peerConfigs[0].authSecretRef"]),
        ([secret("bgp", None)], ["error bgp.peerConfigs[0].authSecretRef"]),
        ([secret(None, "bgpPassword")], ["error bgp.peerConfigs[0].authSecretRef"]),
        # B14's and B22's to tell.
        ([secret("missing", "bgpPassword")], []),
        ([secret("bgp", "bgpPassword"), lambda d: router(d).update(neighbors=[])], []),
        ([secret(None, "bgpPassword"), lambda d: peer(d).pop("peerConfigRef")], []),
        ([secret("bgp", None), NO_ROUTERS], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B15", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [secret("bgp", None)],
            ["no password (router cilium-r) | bgpPassword | give both sides the same passwordConfig"],
        ),
        ([secret(None, "other")], ["other (router cilium-r) | no password | give both sides the same passwordConfig"]),
    ],
)
def test_a_sentence(edits: list[Edit], expected: list[str]) -> None:
    assert sentences("B15", *edits) == expected
