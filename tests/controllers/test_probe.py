"""Questions and answers over real sockets on the loopback."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

import pytest

from config.net import Address
from controllers.egress_ha.probe import Prober, Question, Responder

INTERVAL = 0.08
HERE, HERE2 = ip_address("127.0.0.1"), ip_address("127.0.0.2")


def free_port() -> int:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
        one.bind(("::", 0))
        return int(one.getsockname()[1])


class Heard:
    """What a prober told."""

    def __init__(self) -> None:
        self.told: list[tuple[Address, bool, Any]] = []

    def __call__(self, target: Address, answered: bool, document: Any) -> None:
        self.told.append((target, answered, document))

    def wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 3
        while not condition():
            assert time.monotonic() < end, self.told
            time.sleep(0.005)

    def of(self, target: Address) -> list[bool]:
        return [answered for who, answered, _ in list(self.told) if who == target]


# Whoever may still ask; a thread cannot be ended.
ASKING: list[Heard] = []


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    yield
    ASKING.clear()


def prober(port: int, *targets: Address) -> Heard:
    heard = Heard()
    ASKING.append(heard)
    Prober(port, INTERVAL, lambda: targets if heard in ASKING else (), heard).start()
    return heard


@contextlib.contextmanager
def impostor(answers: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    """A host that answers a token with whatever it likes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.settimeout(0.1)
        done = threading.Event()

        def run() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    question, asker = one.recvfrom(256)
                    for answer in answers(question.removeprefix(b"edge?")[:8]):
                        one.sendto(answer, asker)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield one.getsockname()[1]
        finally:
            done.set()
            thread.join()


def test_answers_carry_the_document_of_the_moment() -> None:
    port, contacts, state = free_port(), list[int](), {"held": ["172.18.0.84"]}
    Responder(port, lambda: dict(state), lambda question: contacts.append(1)).start()
    heard = prober(port, HERE, HERE2, ip_address("::1"))
    heard.wait(lambda: len(heard.told) >= 6)
    assert {who for who, answered, document in heard.told if answered and document == state} == {
        HERE, HERE2, ip_address("::1")}  # fmt: skip
    state["held"] = []
    heard.wait(lambda: heard.told[-1] == (heard.told[-1][0], True, {"held": []}))
    assert len(contacts) >= len([1 for told in heard.told if told[1]]) and not [t for t in heard.told if not t[1]]


def test_a_question_tells_whether_the_last_answer_came_and_what_the_asker_knows() -> None:
    port, questions, versions = free_port(), list[Question](), itertools.count(5)
    heard = Heard()
    ASKING.append(heard)
    Prober(port, INTERVAL, lambda: (HERE,) if heard in ASKING else (), heard, lambda: next(versions)).start()
    heard.wait(lambda: bool(heard.told))
    Responder(port, dict, questions.append).start()
    heard.wait(lambda: len(questions) >= 3)
    assert [one.heard for one in questions[:3]] == [False, True, True]
    first = questions[0].version
    assert first >= 6 and [one.version for one in questions[:3]] == [first, first + 1, first + 2]


def test_one_question_an_interval_and_a_miss_where_nobody_answers() -> None:
    port = free_port()
    began = time.monotonic()
    heard = prober(port, HERE)
    heard.wait(lambda: len(heard.told) >= 4)
    took = time.monotonic() - began
    assert heard.told[:4] == [(HERE, False, None)] * 4 and 3.5 * INTERVAL < took < 8 * INTERVAL
    Responder(port, lambda: 1).start()
    heard.wait(lambda: heard.of(HERE)[-2:] == [True, True])


def test_an_unreachable_address_is_a_miss_and_the_others_are_asked() -> None:
    port = free_port()
    Responder(port, dict).start()
    # 240/4 cannot be sent to at all.
    bad = ip_address("255.255.255.255")
    heard = prober(port, bad, HERE)
    heard.wait(lambda: len(heard.of(HERE)) >= 3 and len(heard.of(bad)) >= 2)
    assert all(heard.of(HERE)) and not any(heard.of(bad))


def test_targets_may_change() -> None:
    port, targets, heard = free_port(), [HERE], Heard()
    Responder(port, dict).start()
    Prober(port, INTERVAL, lambda: list(targets), heard).start()
    heard.wait(lambda: bool(heard.of(HERE)))
    targets[:] = []
    time.sleep(2 * INTERVAL)
    count = len(heard.told)
    time.sleep(2 * INTERVAL)
    assert len(heard.told) == count
    targets[:] = [HERE2]
    heard.wait(lambda: heard.of(HERE2)[:1] == [True])


def test_garbage_and_foreign_tokens_are_a_miss() -> None:
    def junk(token: bytes) -> list[bytes]:
        return [
            b"", b"x", b"edge!", b"edge?" + token, b"EDGE!" + token + b"{}", b"edge!" + b"\0" * 8 + b"{}",
            b"edge!" + token[:7], b"edge!" + token[:7] + b"{}", b"edge!" + token, b"edge!" + token + b"{",
            b"edge!" + token + b"\xff\xfe",
        ]  # fmt: skip

    with impostor(junk) as port:
        heard = prober(port, HERE)
        heard.wait(lambda: len(heard.told) >= 3)
        assert heard.told[:3] == [(HERE, False, None)] * 3


def test_an_answer_counts_once_and_garbage_before_it_does_not_matter() -> None:
    with impostor(lambda token: [b"junk", *[b"edge!" + token + b"[1]"] * 3]) as port:
        heard = prober(port, HERE)
        heard.wait(lambda: len(heard.told) >= 3)
        time.sleep(INTERVAL)
        assert all(told == (HERE, True, [1]) for told in heard.told) and len(heard.told) <= 7


def test_an_answer_to_an_earlier_question_is_a_miss() -> None:
    tokens: list[bytes] = []

    def late(token: bytes) -> list[bytes]:
        tokens.append(token)
        return [b"edge!" + tokens[-2] + b"{}"] if len(tokens) > 1 else []

    with impostor(late) as port:
        heard = prober(port, HERE)
        heard.wait(lambda: len(heard.told) >= 4)
        assert not any(heard.of(HERE)) and len(set(tokens)) == len(tokens)


def test_a_document_that_is_nested_too_deep_is_a_miss() -> None:
    with impostor(lambda token: [b"edge!" + token + b"[" * 60000]) as port:
        heard = prober(port, HERE)
        time.sleep(3 * INTERVAL)
        assert heard.told[:2] == [(HERE, False, None)] * 2


def test_a_responder_says_nothing_to_what_is_no_question() -> None:
    port, contacts = free_port(), list[int]()
    Responder(port, lambda: {"a": 1}, lambda question: contacts.append(1)).start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(0.2)
        for junk in (b"", b"hello", b"edge!12345678", b"edge?12345678", b"edge?123456781x", b"x" * 2000):
            one.sendto(junk, ("127.0.0.1", port))
        with pytest.raises(TimeoutError):
            one.recv(1000)
        assert not contacts
        one.sendto(b"edge?1234567817", ("127.0.0.1", port))
        answer = one.recv(1000)
    assert answer[:13] == b"edge!12345678" and json.loads(answer[13:]) == {"a": 1} and contacts == [1]
