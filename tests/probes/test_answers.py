"""What curl says of servers that speak HTTP, of those that do not, and of nobody."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

import pytest

from probes.answers import ask, ask_often, read, url

_SERVER = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    connection, _ = server.accept()
    connection.recv(1000)
    connection.sendall(sys.argv[1].encode())
    connection.close()
"""


@contextmanager
def server(says: str) -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", _SERVER, says], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
    finally:
        process.kill()
        process.communicate()


def said(url: str, times: int = 1) -> str:
    return ran("; ".join([ask(url, connect=1, seconds=2)] * times))


def ran(script: str) -> str:
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("says", "told", "pods"),
    [
        ("HTTP/1.0 200 OK\r\n\r\nHostname: webpod-1\nmore", "Hostname: webpod-1", {"webpod-1"}),
        ("HTTP/1.0 404 Not Found\r\n\r\nnothing here", "nothing here", set()),
        ("SSH-2.0-OpenSSH\r\n", "a connection, and no HTTP", set()),
        ("", "a connection, and no HTTP", set()),
    ],
)
def test_whoever_answers_was_reached(says: str, told: str, pods: AbstractSet[str]) -> None:
    with server(says) as url:
        answers = read(said(url, times=3))
    assert (answers.asked, answers.failures, str(answers), answers.pods) == (3, 0, told, pods)


def test_nobody_is_not_reached() -> None:
    with server("") as url:
        pass
    answers = read(said(url))
    assert (answers.asked, answers.failures, str(answers)) == (1, 1, "no answer")


def test_a_connection_without_an_answer_is_a_loss_where_others_were_answered() -> None:
    answers = read("Hostname: a\n\nCURL 0\n\nCURL 52\n\nCURL 28\n")
    assert (answers.http, answers.failures, answers.asked) == (1, 2, 3)


def test_a_server_is_asked_as_often_as_it_answers() -> None:
    with server("HTTP/1.0 200 OK\r\n\r\nHostname: webpod-1\n") as url:
        answers = read(ran(ask_often(url, 9, connect=1, seconds=2, enough=6)))
    assert (answers.asked, answers.http) == (9, 9)


def test_other_protocols_are_asked_as_often() -> None:
    with server("SSH-2.0-OpenSSH\r\n") as url:
        assert read(ran(ask_often(url, 9, connect=1, seconds=2, enough=6))).accepted == 9


def test_nobody_is_not_asked_to_the_end() -> None:
    with server("") as url:
        pass
    answers = read(ran(ask_often(url, 30, connect=1, seconds=2, enough=6)))
    assert 3 < answers.asked == answers.failures < 10


def test_who_connects_and_is_not_answered() -> None:
    """Somebody listens, and nobody takes what comes."""
    with socket.create_server(("127.0.0.1", 0)) as idle:
        url = f"http://127.0.0.1:{idle.getsockname()[1]}/"
        answers = read(ran(ask_often(url, 9, connect=1, seconds=1, enough=2)))
    assert (answers.asked, answers.silent, str(answers)) == (2, 2, "a connection, and no answer on it")


def test_no_curl_is_a_loss() -> None:
    answers = read(ran("curl() { return 127; }; " + ask_often("http://127.0.0.1/", 9, connect=1, seconds=1, enough=2)))
    assert (answers.asked, answers.lost, answers.silent) == (2, 2, 0)


def test_an_address_of_either_family_is_asked() -> None:
    assert url("fd00::1", 80) == "http://[fd00::1]:80/"
    assert url("10.0.0.1", 8080) == "http://10.0.0.1:8080/"
