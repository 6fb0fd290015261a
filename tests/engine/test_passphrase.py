"""Pulumi's passphrase format: written by us, by an implementation of the test's own, and by Pulumi."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from config.errors import StateError
from engine.passphrase import DamagedSecret, Passphrase, from_environment

WORD = "correct horse"
OURS = Passphrase(WORD)
# From the tests of Pulumi's passphrase secrets manager; the passphrase is "password".
PULUMIS_SALT = "v1:fozI5u6B030=:v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ=="


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, 1_000_000, 32)


def seal(secret: bytes, text: str) -> str:
    """`v1:NONCE:CIPHERTEXT`; GCM's tag stands behind the ciphertext."""
    nonce = os.urandom(12)
    encryptor = Cipher(algorithms.AES(secret), modes.GCM(nonce)).encryptor()
    body = encryptor.update(text.encode()) + encryptor.finalize()
    return f"v1:{b64(nonce)}:{b64(body + encryptor.tag)}"


def unseal(secret: bytes, text: str) -> str:
    version, nonce, body = text.split(":")
    assert version == "v1"
    raw = base64.b64decode(body)
    decryptor = Cipher(algorithms.AES(secret), modes.GCM(base64.b64decode(nonce), raw[-16:])).decryptor()
    return (decryptor.update(raw[:-16]) + decryptor.finalize()).decode()


@given(st.text())
def test_what_was_encrypted_is_decrypted_again(text: str) -> None:
    assert OURS.decrypt(OURS.encrypt(text)) == text


def test_the_same_text_is_encrypted_differently_each_time() -> None:
    assert OURS.encrypt("text") != OURS.encrypt("text")


def test_the_same_passphrase_with_the_salt_line_decrypts_in_a_later_process() -> None:
    again = Passphrase(WORD, OURS.salt_line)
    assert again.decrypt(OURS.encrypt("text")) == "text"
    assert again.salt_line == OURS.salt_line


def test_a_wrong_passphrase_is_refused_and_said_to_be_wrong() -> None:
    with pytest.raises(StateError, match="incorrect passphrase"):
        Passphrase("wrong", OURS.salt_line)


def test_a_secret_of_another_stack_is_no_wrong_passphrase() -> None:
    with pytest.raises(DamagedSecret, match="was changed or cut off"):
        OURS.decrypt(Passphrase(WORD).encrypt("text"))


def test_salt_and_ciphertext_of_an_independent_implementation_are_accepted() -> None:
    salt = os.urandom(8)
    secret = key("päss", salt)
    opened = Passphrase("päss", f"v1:{b64(salt)}:{seal(secret, 'pulumi')}")
    assert opened.decrypt(seal(secret, "tëxt")) == "tëxt"


def test_an_independent_implementation_reads_our_salt_and_ciphertext() -> None:
    version, salt, message = OURS.salt_line.split(":", 2)
    secret = key(WORD, base64.b64decode(salt))
    assert version == "v1" and len(base64.b64decode(salt)) == 8
    assert unseal(secret, message) == "pulumi"
    assert unseal(secret, OURS.encrypt("text")) == "text"


def test_a_salt_that_pulumi_wrote_is_accepted_with_its_passphrase_alone() -> None:
    assert Passphrase("password", PULUMIS_SALT).salt_line == PULUMIS_SALT
    with pytest.raises(StateError, match="incorrect passphrase"):
        Passphrase("password123", PULUMIS_SALT)


def test_a_salt_whose_message_is_another_word_is_refused() -> None:
    salt = os.urandom(8)
    with pytest.raises(StateError):
        Passphrase(WORD, f"v1:{b64(salt)}:{seal(key(WORD, salt), 'helm')}")


@pytest.mark.parametrize(
    "line", ["", "v1", "v1:AAAA", "v1:no base64!:v1:A:A", "v2:AAAA:v1:A:A", PULUMIS_SALT[:40], PULUMIS_SALT + ":more"]
)
def test_a_malformed_salt_line_is_a_state_error(line: str) -> None:
    with pytest.raises(StateError):
        Passphrase("password", line)


@pytest.mark.parametrize("text", ["", "v1", "v1:AAAA", "v1::", "v2:AAAAAAAAAAAAAAAA:AAAA", "v1:!:!", "no secret"])
def test_a_malformed_secret_is_a_state_error(text: str) -> None:
    with pytest.raises(StateError):
        OURS.decrypt(text)


# --- where the passphrase comes from ---


def test_the_environment_variable_wins_over_file_and_fallback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("from file\n")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(tmp_path / "file"))
    assert from_environment(tmp_path / "fallback") == "from file"
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "from variable")
    assert from_environment(tmp_path / "fallback") == "from variable"
    assert not (tmp_path / "fallback").exists()


def test_an_empty_passphrase_in_the_environment_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "")
    assert from_environment(tmp_path / "fallback") == ""


def test_a_passphrase_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(StateError, match="nowhere"):
        from_environment(None)


def test_without_environment_and_fallback_there_is_none() -> None:
    assert from_environment(None) is None


def test_a_fallback_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "t.passphrase"
    first = from_environment(path)
    assert first and from_environment(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
