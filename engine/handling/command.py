"""How the engine handles properties of commands and of copied files."""

from __future__ import annotations

from collections.abc import Mapping

from engine.handling.fate import Fate, Handled, each
from engine.providers.command import COPY, LOCAL, REMOTE

_COMMAND = each(Fate.DONE, "create", "update", "delete", "stdin", "environment", "triggers", "addPreviousOutputInEnv")
_DIAL = each(
    Fate.DONE,
    "host",
    "port",
    "user",
    "privateKey",
    "privateKeyPassword",
    "password",
    "agentSocketPath",
    "hostKey",
    "dialErrorLimit",
    "perDialTimeout",
)
_CONNECTION = {f"connection.{key}": fate for key, fate in _DIAL.items()}
_CONNECTION |= {f"connection.proxy.{key}": fate for key, fate in _DIAL.items()}

PROPERTIES: Mapping[str, Handled] = {
    LOCAL: {
        **_COMMAND,
        "dir": Fate.DONE,
        "interpreter": Fate.DONE,
        "logging": Fate.NOTHING,
        **each(Fate.REFUSED, "assetPaths", "archivePaths"),
    },
    REMOTE: {**_COMMAND, **_CONNECTION, "logging": Fate.NOTHING},
    COPY: {**_CONNECTION, **each(Fate.DONE, "source", "remotePath", "triggers")},
    # The provider has no settings.
    "pulumi:providers:command": {},
}
