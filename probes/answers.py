"""What curl says of servers of which nobody knows whether they speak HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass

# curl's exit statuses for a connection that was accepted, and carried something else than HTTP: HTTP/0.9 (a banner,
# gRPC, an alert of TLS), an empty reply, a connection that the server closed, also while it was sent to.
_OTHER_PROTOCOL = (1, 52, 55, 56)
# So many lost requests are enough to know that some are lost; each may take its whole time limit.
_ENOUGH_LOST = 6
_MARK = re.compile(r"^CURL (\d+)$", re.MULTILINE)
_HOSTNAME = re.compile(r"^Hostname: (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Answers:
    """Those to some requests. `pods` are the names that servers gave, where they give one."""

    http: int
    accepted: int
    lost: int
    pods: frozenset[str]
    first: str

    @property
    def failures(self) -> int:
        """How many did not arrive. A server that has once answered by HTTP speaks it always."""
        return self.lost + (self.accepted if self.http else 0)

    @property
    def asked(self) -> int:
        """How many there were."""
        return self.http + self.accepted + self.lost

    def __str__(self) -> str:
        if not self.http and self.accepted:
            return "a connection, and no HTTP"
        return self.first or "no answer"


def ask(url: str, *, connect: int, seconds: int, body: int = 0) -> str:
    """A shell command for one request; `read` reads the output of one, or of several in a row.

    With a `body` of so many bytes the request takes packets as large as there are.
    """
    sent = f"head -c {body} /dev/zero | " if body else ""
    data = " --data-binary @-" if body else ""
    # The mark stands on a line of its own, whatever came before.
    return (
        f"{sent}curl -s{data} --connect-timeout {connect} --max-time {seconds} {url};"
        " code=$?; printf '\\nCURL %d\\n' $code"
    )


def ask_often(url: str, times: int, *, connect: int, seconds: int) -> str:
    """A shell command for several requests in a row. It ends early, once enough of them were lost."""
    arrived = "|".join(str(code) for code in (0, *_OTHER_PROTOCOL))
    return (
        f"lost=0; for i in $(seq {times}); do {ask(url, connect=connect, seconds=seconds)};"
        f" case $code in {arrived}) ;; *) lost=$((lost + 1)) ;; esac; [ $lost -lt {_ENOUGH_LOST} ] || break; done"
    )


def read(shown: str) -> Answers:
    """What the commands of `ask` said."""
    codes = [int(code) for code in _MARK.findall(shown)]
    http = codes.count(0)
    accepted = sum(code in _OTHER_PROTOCOL for code in codes)
    first = next((line for line in shown.splitlines() if line and not _MARK.match(line)), "")
    return Answers(http, accepted, len(codes) - http - accepted, frozenset(_HOSTNAME.findall(shown)), first)
