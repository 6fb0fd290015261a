"""The state of a stack: Pulumi's deployment format, written atomically after every step."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.errors import StateError
from engine import state_format
from engine.passphrase import DamagedSecret, Passphrase, WrongPassphrase
from engine.resource import Resource


class State:
    """A stack's resources and pending operations, and the file that holds them."""

    def __init__(self, path: Path, passphrase: str | None) -> None:
        self.path = path
        self.resources: list[Resource] = []
        self.pending: dict[str, tuple[str, Resource]] = {}
        self.warnings: list[str] = []
        self._passphrase_text = passphrase
        self._crypto: Passphrase | None = None
        self._rendered: dict[int, tuple[Resource, str]] = {}
        self.lock = threading.RLock()
        self._damaged = False
        self._load()

    @property
    def backup(self) -> Path:
        """The state before the last write."""
        return self.path.with_name(self.path.name + ".bak")

    def find(self, urn: str) -> Resource | None:
        """The live resource with the URN."""
        return next((r for r in self.resources if r.urn == urn and not r.delete), None)

    @property
    def damaged(self) -> bool:
        """Whether the file is unreadable, so that the backup is the only good copy."""
        return self._damaged

    def put(self, resource: Resource, replaces: Resource | None = None) -> None:
        """Insert or change a resource and write the file."""
        with self.lock:
            # This write also ends the pending operation.
            self.pending.pop(resource.urn, None)
            now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            resource.modified = now
            resource.created = resource.created or now
            if replaces is not None and any(r is replaces for r in self.resources):
                index = next(i for i, r in enumerate(self.resources) if r is replaces)
                self.resources[index] = resource
            elif not any(r is resource for r in self.resources):
                self.resources.append(resource)
            self._rendered.pop(id(resource), None)
            self.write()

    def condemn(self, resource: Resource) -> None:
        """Mark a replaced resource for deletion; the next write records the mark."""
        with self.lock:
            resource.delete = True
            self._rendered.pop(id(resource), None)

    def drop(self, resource: Resource) -> None:
        """Remove a resource and write the file."""
        with self.lock:
            self.pending.pop(resource.urn, None)
            self.resources = [r for r in self.resources if r is not resource]
            self.write()

    @contextmanager
    def operation(self, kind: str, resource: Resource) -> Iterator[None]:
        """Record an operation as pending while it runs. Only `put` or `drop` ends it.

        After a crash or a failure the operation's progress is unknown, so the next run repeats it.
        """
        with self.lock:
            self.pending[resource.urn] = (kind, resource)
            self.write()
        yield

    def settle(self, *urns: str) -> None:
        """Forget pending operations whose outcome is known; without `urns`, all of them."""
        with self.lock:
            for urn in urns or tuple(self.pending):
                self.pending.pop(urn, None)
            self.write()

    def reorder(self, order: list[str]) -> None:
        """Sort the resources in the program's order of declaration."""
        with self.lock:
            rank = {urn: i for i, urn in enumerate(order)}
            self.resources.sort(key=lambda r: rank.get(r.urn, len(rank)))
            self.write()

    def document(self, adjust: Callable[[Resource], Resource]) -> dict[str, Any]:
        """The deployment as `pulumi stack export` prints it. `adjust` is applied to each resource."""
        with self.lock:
            kept = self.resources
            try:
                self.resources = [adjust(resource) for resource in kept]
                return dict(json.loads(self._text()))
            finally:
                self.resources = kept

    def import_document(self, document: Any, adjust: Callable[[Resource], Resource]) -> None:
        """Import a deployment after a check that it can be read. `adjust` is applied to each resource."""
        with self.lock:
            self._parse(document)
            self.resources = [adjust(resource) for resource in self.resources]
            self.write()

    def write(self) -> None:
        """Write the file: temporary file, fsync, rename. The old file stays as the backup.

        A file is there all the time: other commands read the state meanwhile.
        """
        with self.lock:
            text = self._text()
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = self.path.with_name(self.path.name + ".part")
            try:
                descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(descriptor, "w") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                if self._damaged and self.path.exists():
                    # An unreadable file must not replace the good backup.
                    os.replace(self.path, self.path.with_name(self.path.name + ".damaged"))
                elif self.path.exists():
                    self._keep()
                self._damaged = False
                os.replace(part, self.path)
            except OSError as error:
                raise StateError(
                    f"the state could not be written to {self.path}: {error.strerror};"
                    " the file still has the state before this step"
                ) from None

    def _keep(self) -> None:
        """Make the current file the backup as well."""
        spare = self.backup.with_name(self.backup.name + ".part")
        spare.unlink(missing_ok=True)
        try:
            os.link(self.path, spare)
        except OSError:
            # Not every file system has hard links.
            shutil.copy2(self.path, spare)
        os.replace(spare, self.backup)

    def crypto(self) -> Passphrase:
        """The stack's encryption, created on first use."""
        if self._crypto is None:
            if self._passphrase_text is None:
                raise StateError(
                    "the stack has secrets and no passphrase is set;"
                    " set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE"
                )
            self._crypto = Passphrase(self._passphrase_text)
        return self._crypto

    def _load(self) -> None:
        # A damaged file is moved away before the new file is there. A crash in between leaves only the backup.
        candidates = [path for path in (self.path, self.backup) if path.exists()]
        refused: WrongPassphrase | None = None
        for path in candidates:
            try:
                document = json.loads(path.read_text())
                self._parse(document)
            except WrongPassphrase as error:
                # A wrong passphrase fails for both files; a damaged salt line is in one file only.
                refused = refused or error
                self._damaged = self._damaged or path == self.path
                self.warnings.append(f"{path.name} cannot be decrypted")
                continue
            except (ValueError, KeyError, TypeError, AttributeError, DamagedSecret):
                self.warnings.append(f"{path.name} cannot be read (cut off or edited)")
                self._damaged = self._damaged or path == self.path
                continue
            if self.warnings:
                self.warnings.append(f"using the previous state, {path.name}")
            return
        if refused is not None:
            raise refused
        if candidates:
            raise StateError(
                f"neither {self.path} nor its backup can be read; restore one of them, or `edge stack import` an export"
            )

    def _parse(self, document: Any) -> None:
        deployment = document["deployment"]
        provider = deployment.get("secrets_providers") or {}
        if provider.get("type") == "passphrase":
            if self._passphrase_text is None:
                raise StateError(
                    "the state is encrypted and no passphrase is set;"
                    " set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE"
                )
            self._crypto = Passphrase(self._passphrase_text, provider["state"]["salt"])
        resources = [self._resource(data) for data in deployment.get("resources") or []]
        pending = deployment.get("pending_operations") or []
        self.pending = {
            entry["resource"]["urn"]: (entry["type"], self._resource(entry["resource"])) for entry in pending
        }
        self.resources = resources
        self._rendered.clear()

    def _resource(self, data: dict[str, Any]) -> Resource:
        return state_format.resource(data, lambda text: self.crypto().decrypt(text))

    def _render(self, resource: Resource) -> str:
        cached = self._rendered.get(id(resource))
        if cached is not None and cached[0] is resource:
            return cached[1]
        text = state_format.resource_text(resource, lambda plain: self.crypto().encrypt(plain))
        # The entry also keeps the resource alive: otherwise its id could be reused.
        self._rendered[id(resource)] = (resource, text)
        return text

    def _text(self) -> str:
        resources = [self._render(r) for r in self.resources]
        pending = [(kind, self._render(r)) for kind, r in self.pending.values()]
        # Rendering a secret creates the encryption.
        return state_format.document_text(resources, pending, self._crypto.salt_line if self._crypto else None)
