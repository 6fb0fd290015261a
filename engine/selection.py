"""The resources of an operation: all of a stack, some (`--target`), or all but some (`--exclude`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from config.errors import EdgeError
from engine.registry import PROVIDER_PREFIX

# The maximum number of resources that the message for an unmatched pattern lists.
_NAMED = 12


@dataclass(frozen=True)
class Selection:
    """`targets` and `excludes` are URNs, names of resources, or patterns of either with `*` and `?`."""

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.targets or self.excludes)

    def has(self, urn: str) -> bool:
        """Whether the selection includes the resource with the URN."""
        if any(_matches(pattern, urn) for pattern in self.excludes):
            return False
        return not self.targets or any(_matches(pattern, urn) for pattern in self.targets)

    @staticmethod
    def real(kind: str, custom: bool) -> bool:
        """Whether a resource can be selected: components and providers make nothing, and are always included."""
        return custom and not kind.startswith(PROVIDER_PREFIX)

    def check(self, urns: Iterable[str]) -> None:
        """Raises EdgeError for a pattern without a match: a typo must not silently shrink the operation."""
        known = list(urns)
        lost = [one for one in (*self.targets, *self.excludes) if not any(_matches(one, urn) for urn in known)]
        if lost:
            names = sorted({urn.rpartition("::")[2] for urn in known})
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            raise EdgeError(f"no resource matches {', '.join(lost)}; the stack has: {', '.join(names[:_NAMED])}{more}")

    @staticmethod
    def urns(patterns: tuple[str, ...]) -> list[str]:
        """The patterns as URN patterns, as the CLI expects them."""
        return [one if one.startswith("urn:") else f"**::{one}" for one in patterns]


def _matches(pattern: str, urn: str) -> bool:
    return fnmatchcase(urn if pattern.startswith(("urn:", "**")) else urn.rpartition("::")[2], pattern)


EVERYTHING = Selection()
