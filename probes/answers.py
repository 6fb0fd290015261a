"""Answers that curl gets from servers that may or may not speak HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass

# curl's exit statuses for an accepted connection without HTTP: HTTP/0.9 (a banner, gRPC, a TLS alert), an empty
# reply, or a connection that the server closed, also while curl was sending.
_OTHER_PROTOCOL = (1, 52, 55, 56)
_TIMED_OUT = 28
# Seconds until connected, and the exit status.
_MARK = re.compile(r"(?:^TCP ([0-9.]+)\n)?^CURL (\d+)$", re.MULTILINE)
_MARKED = re.compile(r"^(TCP|CURL) [0-9.]+$")
_HOSTNAME = re.compile(r"^Hostname: (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Answers:
    """The answers to some requests. `pods`: names of the servers that gave one.

    `silent`: the number of lost requests with a connection but no answer in time.
    """

    http: int
    accepted: int
    lost: int
    pods: frozenset[str]
    first: str
    silent: int = 0

    @property
    def failures(self) -> int:
        """The number of failed requests. If any answer is HTTP, a connection without HTTP counts as failed."""
        return self.lost + (self.accepted if self.http else 0)

    @property
    def asked(self) -> int:
        """The number of requests."""
        return self.http + self.accepted + self.lost

    def __str__(self) -> str:
        if not self.http and self.accepted:
            return "a connection, and no HTTP"
        if self.silent == self.asked > 0:
            return "a connection, and no answer on it"
        return self.first or "no answer"


def url(address: str, port: int) -> str:
    """The URL for HTTP at an IPv4 or IPv6 address."""
    return f"http://{f'[{address}]' if ':' in address else address}:{port}/"


def ask(url: str, *, connect: int, seconds: int, body: int = 0) -> str:
    """A shell command for one request. `read` parses the output of one or several such commands.

    `body`: bytes to send, so that the request uses packets of the largest size.
    """
    sent = f"head -c {body} /dev/zero | " if body else ""
    data = " --data-binary @-" if body else ""
    limits = f"--connect-timeout {connect} --max-time {seconds}"
    # The marks are on lines of their own, whatever the output before them.
    curl = f"curl -s{data} {limits} -w '\\nTCP %{{time_connect}}' {url}"
    return f"{sent}{curl}; code=$?; printf '\\nCURL %d\\n' $code"


def ask_often(url: str, times: int, *, connect: int, seconds: int, enough: int) -> str:
    """A shell command for several requests in a row. It ends early, after `enough` lost requests.

    Each lost request may take its whole timeout, and a few of them are enough to prove loss.
    """
    arrived = "|".join(str(code) for code in (0, *_OTHER_PROTOCOL))
    return (
        f"lost=0; for i in $(seq {times}); do {ask(url, connect=connect, seconds=seconds)};"
        f" case $code in {arrived}) ;; *) lost=$((lost + 1)) ;; esac; [ $lost -lt {enough} ] || break; done"
    )


def read(shown: str) -> Answers:
    """Parse the output of the commands of `ask`."""
    marks = [(float(connected or 0), int(code)) for connected, code in _MARK.findall(shown)]
    codes = [code for _, code in marks]
    http = codes.count(0)
    accepted = sum(code in _OTHER_PROTOCOL for code in codes)
    silent = sum(code == _TIMED_OUT and connected > 0 for connected, code in marks)
    first = next((line for line in shown.splitlines() if line and not _MARKED.match(line)), "")
    lost = len(codes) - http - accepted
    return Answers(http, accepted, lost, frozenset(_HOSTNAME.findall(shown)), first, silent)
