"""Keys for tests, and datagrams of somebody who has them or has not."""

from __future__ import annotations

import base64

from controllers.egress_ha.protocol.keys import KeyRing


def data(*made: int, fill: int = 1) -> dict[str, str]:
    """A Secret's data with keys of these moments."""
    return {f"key-{when}": base64.b64encode(bytes([fill, *([when % 256] * 31)])).decode() for when in made}


def ring(*made: int, fill: int = 1) -> KeyRing:
    """The keys of these moments (two where none is named)."""
    keys = KeyRing()
    keys.replace(data(*(made or (1, 2)), fill=fill))
    return keys
