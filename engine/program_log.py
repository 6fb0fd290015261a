"""The engine service of the SDK: what the program logs, and the versions that it asks for."""

from __future__ import annotations

from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2

from engine.deployment import Deployment


class Log:
    """Serves the calls of the SDK about logs. Method names are those of the protocol."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def Log(self, request: Any) -> Any:  # noqa: N802
        """The summary shows warnings to the user. An error is a failure, as with the CLI."""
        message = request.message.strip()
        if message and request.severity == engine_pb2.WARNING:
            self._deployment.summary.warnings.append(message)
        elif message and request.severity == engine_pb2.ERROR:
            self._deployment.failures.append(message)
        return empty_pb2.Empty()

    def RequirePulumiVersion(self, request: Any) -> Any:  # noqa: N802
        """Accept every version: this engine speaks the protocol of the SDK that it is installed with."""
        return engine_pb2.RequirePulumiVersionResponse()
