"""The keys of probes: who fills the Secret, when they change, and what is kept over a restart."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from config.errors import ApiError
from controllers.egress_ha.protocol.key_sync import ROTATION, KeySync
from controllers.egress_ha.protocol.keys import KeyRing
from tests.controllers.fake_kube import FakeKube
from tests.controllers.signed import data, ring

SECRET = ("Secret", "egress-ha-keys")
NOW = 1_800_000_000.0


def key_sync(kube: FakeKube, keys: KeyRing, leads: bool = True) -> KeySync:
    return KeySync(kube.client(), "kube-system", keys, lambda: leads)


def names(kube: FakeKube) -> list[str]:
    return sorted(kube.objects[SECRET].get("data", {}))


def test_the_one_that_leads_fills_the_secret_and_the_others_read_it() -> None:
    kube, leader, other = FakeKube(), KeyRing(), KeyRing()
    key_sync(kube, other, leads=False).round(NOW)
    assert names(kube) == [] and other.signing is None
    key_sync(kube, leader).round(NOW)
    key_sync(kube, other, leads=False).round(NOW)
    assert len(names(kube)) == 2 and leader.ids == other.ids and leader.signing == other.signing is not None
    keys = [base64.b64decode(text) for text in kube.objects[SECRET]["data"].values()]
    assert len(set(keys)) == 2 and {len(key) for key in keys} == {32}


def test_a_new_key_a_day_and_whoever_is_one_behind_is_understood_and_understands() -> None:
    kube, late, leader = FakeKube(), KeyRing(), KeyRing()
    key_sync(kube, leader).round(NOW)
    for day in range(1, 6):
        key_sync(kube, late, leads=False).round(NOW)
        kube.calls.clear()
        key_sync(kube, leader).round(NOW + day * ROTATION - 2)
        assert not kube.called("replace", "Secret")
        key_sync(kube, leader).round(NOW + day * ROTATION)
        assert kube.called("replace", "Secret") and len(names(kube)) <= 3
        assert late.signing is not None and leader.signing is not None
        assert leader.secret(late.signing.id) and late.secret(leader.signing.id) and leader.ids != late.ids


def test_keys_are_kept_over_a_restart_and_for_nobody_else(tmp_path: Path) -> None:
    cache = tmp_path / "keys.json"
    first = KeyRing(cache=cache)
    first.replace(data(1, 2, 3))
    assert cache.stat().st_mode & 0o777 == 0o600
    assert KeyRing(cache=cache).signing == first.signing == ring(1, 2, 3).signing
    for damaged in ("{", "[1]", "7", "null", '"key-1"', '{"key-1": 7}', '{"key-x": ""}', "[" * 100_000, "\udcff"):
        cache.write_bytes(damaged.encode(errors="surrogateescape"))
        assert KeyRing(cache=cache).signing is None


@pytest.mark.parametrize("odd", [{"key-1": "x"}, {"key-1": "AAAA"}, {"other": data(1)["key-1"]}, {"key-1": None}])
def test_what_is_no_key_changes_nothing_and_shows_nothing(odd: dict[str, str]) -> None:
    kube, keys = FakeKube(), ring()
    before = keys.signing
    kube.objects[SECRET]["data"] = odd
    with pytest.raises(ValueError, match="is no key: expected 32 bytes") as told:
        key_sync(kube, keys).round(NOW)
    assert keys.signing == before and not any(str(value) in str(told.value) for value in odd.values() if value != "x")


def test_a_secret_that_is_not_there_is_said_and_not_made() -> None:
    kube = FakeKube()
    del kube.objects[SECRET]
    with pytest.raises(ApiError, match="`edge up` makes the Secret"):
        key_sync(kube, KeyRing()).round(NOW)
    assert not kube.called("create", "Secret")
