"""Names in findings: suggestions for misspelled names, and shortened lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def some(names: Sequence[str], most: int) -> str:
    """A list of at most `most` names: `a, b and 3 more`."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean X?` if a known word is similar, otherwise the other advice."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"did you mean {close[0]}?" if close else otherwise
