"""Pulumi's passphrase secrets: AES-256-GCM under a key from PBKDF2.

Format (pulumi sdk/go/common/resource/config/crypt.go): a salt line `v1:SALT:v1:NONCE:CIPHERTEXT`.
The plaintext of CIPHERTEXT is the word `pulumi`, so that a wrong passphrase is noticed at once.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from config.errors import StateError

_ITERATIONS = 1_000_000
_CHECK = "pulumi"


class DamagedSecret(StateError):
    """The right passphrase does not decrypt the ciphertext."""


class WrongPassphrase(StateError):
    """The passphrase does not decrypt the salt line: the passphrase is wrong, or the line was changed."""


class Passphrase:
    """Encrypts and decrypts with one passphrase and salt. The state file keeps `salt_line`."""

    def __init__(self, passphrase: str, salt_line: str | None = None) -> None:
        if salt_line is None:
            salt = os.urandom(8)
            self._cipher = _cipher(passphrase, salt)
            self.salt_line = f"v1:{_b64(salt)}:{self.encrypt(_CHECK)}"
            return
        try:
            version, salt_text, message = salt_line.split(":", 2)
            salt = base64.b64decode(salt_text, validate=True)
        except ValueError:
            raise WrongPassphrase("the encryption salt of the stack is malformed") from None
        if version != "v1":
            raise StateError(f"the encryption salt has version {version}, expected v1")
        self._cipher = _cipher(passphrase, salt)
        self.salt_line = salt_line
        try:
            right = self.decrypt(message) == _CHECK
        except DamagedSecret:
            right = False
        if not right:
            raise WrongPassphrase(
                "incorrect passphrase: set PULUMI_CONFIG_PASSPHRASE (or _FILE) to the stack's passphrase"
            )

    def encrypt(self, text: str) -> str:
        """`v1:NONCE:CIPHERTEXT`, nonce and ciphertext in base64."""
        nonce = os.urandom(12)
        return f"v1:{_b64(nonce)}:{_b64(self._cipher.encrypt(nonce, text.encode(), None))}"

    def decrypt(self, text: str) -> str:
        """The reverse of `encrypt`. Raises DamagedSecret, as the passphrase has already decrypted the salt line."""
        try:
            version, nonce, body = text.split(":")
            if version != "v1":
                raise ValueError
            raw = self._cipher.decrypt(base64.b64decode(nonce), base64.b64decode(body), None)
        except (InvalidTag, ValueError):
            raise DamagedSecret("a secret of the stack cannot be decrypted: its text was changed or cut off") from None
        return raw.decode()


def from_environment(fallback: Path | None) -> str | None:
    """The passphrase, found as Pulumi finds it; otherwise the content of the file `fallback`, created if missing.

    A lab's secrets do not outlive the machine. A lab's passphrase may therefore be stored beside the lab's state.
    """
    if (text := os.environ.get("PULUMI_CONFIG_PASSPHRASE")) is not None:
        return text
    if path := os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise StateError(f"PULUMI_CONFIG_PASSPHRASE_FILE: {error.strerror}: {path}") from None
    if fallback is None:
        return None
    if not fallback.exists():
        fallback.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(fallback, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(_b64(os.urandom(24)))
    return fallback.read_text().strip()


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    kdf = PBKDF2HMAC(hashes.SHA256(), 32, salt, _ITERATIONS)
    return AESGCM(kdf.derive(passphrase.encode()))


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
