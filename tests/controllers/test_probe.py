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
from math import inf
from typing import Any

import pytest

from config.net import Address
from controllers.egress_ha.protocol import wire
from controllers.egress_ha.protocol.keys import KeyRing
from controllers.egress_ha.protocol.prober import Prober
from controllers.egress_ha.protocol.responder import Question, Responder
from controllers.egress_ha.protocol.wire import GATEWAY, REPLICA
from tests.controllers.signed import data, ring

INTERVAL = 0.08
HERE, HERE2, SIX = ip_address("127.0.0.1"), ip_address("127.0.0.2"), ip_address("::1")


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


def prober(
    port: int,
    *targets: Address,
    keys: KeyRing | None = None,
    version: Callable[[], int] = lambda: 0,
    here: Address = HERE,
    service: str = GATEWAY,
) -> Heard:
    heard = Heard()
    ASKING.append(heard)
    Prober(
        here, port, service, keys or ring(), INTERVAL, lambda: targets if heard in ASKING else (), heard, version
    ).start()
    return heard


def responder(
    port: int,
    document: Callable[[], Any] = dict,
    asked: Callable[[Question], None] = lambda question: None,
    at: Address = HERE,
    keys: KeyRing | None = None,
) -> None:
    Responder(at, port, GATEWAY, keys or ring(), document, asked).start()


@contextlib.contextmanager
def impostor(answers: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    """A host that answers a question with whatever it likes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.settimeout(0.1)
        done = threading.Event()

        def run() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    question, asker = one.recvfrom(65536)
                    for answer in answers(question):
                        one.sendto(answer, asker)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield one.getsockname()[1]
        finally:
            done.set()
            thread.join()


def answer(question: bytes, document: Any, keys: KeyRing | None = None, about: str = f"{GATEWAY} {HERE}") -> bytes:
    return wire.signed(keys or ring(), wire.SAY, about, wire.nonce_of(question), wire.Marks().stamp(), document)


# --- questions and answers ---


def test_answers_carry_the_document_of_the_moment() -> None:
    port, contacts, state = free_port(), list[int](), {"held": ["172.18.0.84"]}
    for at in (HERE, HERE2):
        responder(port, lambda: dict(state), lambda question: contacts.append(1), at)
    heard = prober(port, HERE, HERE2)
    heard.wait(lambda: len(heard.told) >= 6)
    assert {who for who, answered, document in heard.told if answered and document == state} == {HERE, HERE2}
    state["held"] = []
    heard.wait(lambda: heard.told[-1] == (heard.told[-1][0], True, {"held": []}))
    assert len(contacts) >= len([1 for told in heard.told if told[1]]) and not [t for t in heard.told if not t[1]]


def test_hosts_of_ipv6_probe_each_other() -> None:
    port = free_port()
    responder(port, lambda: 6, at=SIX)
    heard = prober(port, SIX, here=SIX)
    heard.wait(lambda: heard.of(SIX)[:2] == [True, True])


def test_a_question_tells_which_answer_came_and_what_the_asker_knows() -> None:
    port, questions, versions = free_port(), list[Question](), itertools.count(5)
    heard = prober(port, HERE, version=lambda: next(versions))
    heard.wait(lambda: bool(heard.told))
    began = time.monotonic()
    responder(port, asked=questions.append)
    heard.wait(lambda: len(questions) >= 3)
    assert questions[0].heard == -inf and began < questions[1].heard < questions[2].heard < time.monotonic()
    first = questions[0].version
    assert first >= 6 and [one.version for one in questions[:3]] == [first, first + 1, first + 2]


def test_one_question_an_interval_and_a_miss_where_nobody_answers() -> None:
    port = free_port()
    began = time.monotonic()
    heard = prober(port, HERE)
    heard.wait(lambda: len(heard.told) >= 4)
    took = time.monotonic() - began
    assert heard.told[:4] == [(HERE, False, None)] * 4 and 3.5 * INTERVAL < took < 8 * INTERVAL
    responder(port, lambda: 1)
    heard.wait(lambda: heard.of(HERE)[-2:] == [True, True])


def test_an_unreachable_address_is_a_miss_and_the_others_are_asked() -> None:
    port = free_port()
    responder(port)
    # 240/4 cannot be sent to at all, nor can the other family.
    bad = ip_address("255.255.255.255")
    heard = prober(port, bad, SIX, HERE)
    heard.wait(lambda: len(heard.of(HERE)) >= 3 and len(heard.of(bad)) >= 2 and len(heard.of(SIX)) >= 2)
    assert all(heard.of(HERE)) and not any(heard.of(bad)) and not any(heard.of(SIX))


def test_targets_may_change() -> None:
    port, targets, heard = free_port(), [HERE], Heard()
    for at in (HERE, HERE2):
        responder(port, at=at)
    Prober(HERE, port, GATEWAY, ring(), INTERVAL, lambda: list(targets), heard).start()
    heard.wait(lambda: bool(heard.of(HERE)))
    targets[:] = []
    time.sleep(2 * INTERVAL)
    count = len(heard.told)
    time.sleep(2 * INTERVAL)
    assert len(heard.told) == count
    targets[:] = [HERE2]
    heard.wait(lambda: heard.of(HERE2)[:1] == [True])


def test_a_long_document_gets_a_question_of_its_length_and_no_answer_is_longer_than_its_question() -> None:
    port, sizes = free_port(), list[tuple[int, int]]()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as middle:
        middle.bind(("127.0.0.3", port))

        def relay() -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as on:
                on.settimeout(1)
                while middle.fileno() >= 0:
                    with contextlib.suppress(OSError):
                        question, asker = middle.recvfrom(65536)
                        on.sendto(question, ("127.0.0.1", port))
                        said = on.recv(65536)
                        sizes.append((len(question), len(said)))
                        middle.sendto(said, asker)

        threading.Thread(target=relay, daemon=True).start()
        # Who is asked under one address answers under it: the relay's is the responder's for both ends.
        words = ["172.18.0.84"] * 400
        Responder(HERE, port, GATEWAY, ring(), lambda: words).start()
        heard = Heard()
        ASKING.append(heard)
        one = Prober(
            HERE, port, GATEWAY, ring(), INTERVAL, lambda: [ip_address("127.0.0.3")] if heard in ASKING else (), heard
        )
        one._service = GATEWAY
        one.start()
        time.sleep(4 * INTERVAL)
        # Another address than the one that was signed for is no answer at all.
        assert not any(heard.of(ip_address("127.0.0.3")))
        heard = prober(port, HERE)
        heard.wait(lambda: (HERE, True, words) in heard.told)
    assert all(said <= asked for asked, said in sizes)
    assert heard.of(HERE)[0]


# --- who has no key ---


def test_without_the_key_nobody_is_answered_and_nothing_that_was_asked_counts() -> None:
    port, questions = free_port(), list[Question]()
    responder(port, lambda: {"a": 1}, questions.append)
    strangers = ring(fill=9)
    about = f"{GATEWAY} {HERE}"
    good = wire.signed(ring(), wire.ASK, about, b"n" * 16, wire.NO_MARK, {"version": 7}, 512)
    odds: list[Any] = [[], {}, {"version": "x"}, None]
    bad = [
        b"",
        b"hello",
        b"edge?1234567817",
        b"x" * 2000,
        wire.ASK * 30,
        good[:-1],
        good[:-1] + b"x",
        good + b"x",
        wire.signed(strangers, wire.ASK, about, b"n" * 16, wire.NO_MARK, {"version": 7}, 512),
        wire.signed(ring(), wire.ASK, f"{REPLICA} {HERE}", b"n" * 16, wire.NO_MARK, {"version": 7}, 512),
        wire.signed(ring(), wire.ASK, f"{GATEWAY} {HERE2}", b"n" * 16, wire.NO_MARK, {"version": 7}, 512),
        wire.signed(ring(), wire.SAY, about, b"n" * 16, wire.NO_MARK, {"version": 7}, 512),
        *(wire.signed(ring(), wire.ASK, about, b"n" * 16, wire.NO_MARK, odd, 512) for odd in odds),
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(0.3)
        for datagram in bad:
            one.sendto(datagram, ("127.0.0.1", port))
        with pytest.raises(TimeoutError):
            one.recv(1000)
        assert not questions
        one.sendto(good, ("127.0.0.1", port))
        said = one.recv(1000)
    assert len(said) <= len(good)
    assert wire.verified(ring(), wire.SAY, about, said).parsed() == {"says": {"a": 1}}
    assert questions == [Question(-inf, 7)]


def test_a_mark_that_the_gateway_did_not_make_proves_nothing() -> None:
    port, questions = free_port(), list[Question]()
    responder(port, asked=questions.append)
    about = f"{GATEWAY} {HERE}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for mark in (b"m" * 16, wire.Marks().stamp()):
            one.sendto(wire.signed(ring(), wire.ASK, about, b"n" * 16, mark, {"version": 7}), ("127.0.0.1", port))
        deadline = time.monotonic() + 3
        while len(questions) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert [question.heard for question in questions] == [-inf, -inf]


def test_garbage_and_foreign_answers_are_a_miss() -> None:
    strangers, about = ring(fill=9), f"{GATEWAY} {HERE}"

    def junk(question: bytes) -> list[bytes]:
        true = answer(question, {"says": 1})
        return [
            b"",
            b"x",
            wire.SAY,
            question,
            true[:-1],
            true[:-1] + b"x",
            b"EDGE" + true[4:],
            answer(question, {"says": 1}, strangers),
            answer(question, {"says": 1}, about=f"{REPLICA} {HERE}"),
            wire.signed(ring(), wire.SAY, about, b"n" * 16, wire.NO_MARK, {"says": 1}),
            answer(question, {}),
            answer(question, []),
            answer(question, "says"),
        ]

    with impostor(junk) as port:
        heard = prober(port, HERE)
        heard.wait(lambda: len(heard.told) >= 3)
        assert heard.told[:3] == [(HERE, False, None)] * 3


def test_an_answer_counts_once_and_garbage_before_it_does_not_matter() -> None:
    with impostor(lambda question: [b"junk", *[answer(question, {"says": [1]})] * 3]) as port:
        heard = prober(port, HERE)
        heard.wait(lambda: len(heard.told) >= 3)
        time.sleep(INTERVAL)
        assert all(told == (HERE, True, [1]) for told in heard.told) and len(heard.told) <= 7


def test_an_answer_to_an_earlier_question_is_a_miss() -> None:
    questions: list[bytes] = []

    def late(question: bytes) -> list[bytes]:
        questions.append(question)
        return [answer(questions[-2], {"says": 1})] if len(questions) > 1 else []

    with impostor(late) as port:
        heard = prober(port, HERE)
        heard.wait(lambda: len(heard.told) >= 4)
        nonces = {wire.nonce_of(question) for question in questions}
        assert not any(heard.of(HERE)) and len(nonces) == len(questions)


# --- keys ---


def test_nobody_is_asked_and_nobody_has_missed_anything_while_there_is_no_key() -> None:
    port, keys = free_port(), KeyRing()
    responder(port, keys=keys)
    heard = prober(port, HERE, keys=keys)
    time.sleep(3 * INTERVAL)
    assert not heard.told
    keys.replace(data(1, 2))
    heard.wait(lambda: heard.of(HERE)[-2:] == [True, True])


def test_who_has_not_read_the_newest_key_yet_is_understood_and_understands() -> None:
    port, old, new = free_port(), ring(1, 2), ring(1, 2, 3)
    responder(port, keys=new)
    heard = prober(port, HERE, keys=old)
    heard.wait(lambda: heard.of(HERE)[-2:] == [True, True])
    old.replace(data(1, 2, 3))
    new.replace(data(2, 3, 4))
    time.sleep(1)
    heard.told.clear()
    heard.wait(lambda: heard.of(HERE)[-3:] == [True] * 3)


# --- floods ---


def test_what_waited_while_the_gateway_stood_still_does_not_hold_up_the_newest_question() -> None:
    port, about = free_port(), f"{GATEWAY} {HERE}"
    responder(port, lambda: 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(1)
        first = wire.signed(ring(), wire.ASK, about, b"0" * 16, wire.NO_MARK, {"version": 7}, 512)
        one.sendto(first, ("127.0.0.1", port))
        one.recv(2000)
        began = time.monotonic()
        # Ten seconds of two replicas' questions.
        for n in range(80):
            question = wire.signed(ring(), wire.ASK, about, b"%016d" % n, wire.NO_MARK, {"version": 7}, 512)
            one.sendto(question, ("127.0.0.1", port))
        answers = [wire.nonce_of(one.recv(2000)) for _ in range(80)]
    assert answers[-1] == b"%016d" % 79 and time.monotonic() - began < 0.6


@pytest.mark.parametrize("kind", ["garbage", "signed-and-sent-again"])
def test_a_flood_costs_no_answer_of_those_who_are_known(kind: str) -> None:
    port = free_port()
    responder(port, lambda: 1)
    heard = prober(port, HERE)
    heard.wait(lambda: len(heard.of(HERE)) >= 2)
    about = f"{GATEWAY} {HERE}"
    datagram = b"edge?1234567817" + b"x" * 240
    if kind != "garbage":
        datagram = wire.signed(ring(), wire.ASK, about, b"n" * 16, wire.NO_MARK, {"version": 7}, 512)
    sent, end = 0, time.monotonic() + 3
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                one.sendto(datagram, ("127.0.0.1", port))
            sent += 1
    answered = heard.of(HERE)
    # The flood comes from this process, whose threads share one interpreter: an answer may come an interval late.
    assert sent > 20_000 and answered.count(False) <= len(answered) / 4, (sent, json.dumps(heard.of(HERE)))
