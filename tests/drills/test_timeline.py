"""What a stream of requests noticed, from the client's lines to the numbers."""

from __future__ import annotations

import sys
from subprocess import PIPE, Popen, check_output
from threading import Thread

import pytest

from drills.timeline import Timeline, parsed
from drills.traffic import arguments

FAULT = 1000.0


def timeline(*answers: str, start: float = -0.04, spacing: float = 0.02) -> Timeline:
    """One request each 20 ms, `-` for a loss; the fault is at 0."""
    lines = [f"{FAULT + start + i * spacing:.3f} {answer}" for i, answer in enumerate(answers)]
    return parsed("s", "\n".join(lines), FAULT, spacing)


def test_the_black_out_is_from_the_first_loss_to_the_last() -> None:
    one = timeline("a", "a", "-", "-", "b", "-", "b")
    assert (one.lost, one.black_out(60)) == (3, 0.08)
    # What was sent later is the way back's.
    assert one.black_out(0.03) == 0.04
    assert one.lost_after(0.03) == 1


def test_the_last_losses_do_not_count_where_strays_are_allowed() -> None:
    alone, answered = ["a"] * 30, ["a"] * 2
    one = timeline("a", "-", "-", "-", *alone, "-", *alone, "-", "a")
    assert [one.black_out(60, strays=n) for n in (0, 1, 2, 9)] == [1.3, 0.68, 0.06, 0.06]
    # Losses that follow each other are a black-out.
    assert timeline("a", "-", "-", *answered, "-", "a").black_out(60, strays=9) == 0.1
    assert timeline("a", "-", "a").black_out(60, strays=9) == 0.02


def test_a_single_loss_is_one_spacing_and_none_is_nothing() -> None:
    assert timeline("a", "-", "a").black_out(60) == 0.02
    assert timeline("a", "a").black_out(60) == 0.0


def test_lines_come_in_the_order_of_the_answers_and_are_put_right() -> None:
    one = parsed("s", "1000.020 b\n999.980 a\n1000.000 -\nbroken\n", FAULT, 0.02)
    assert [(s.at, s.answer) for s in one.samples] == [(-0.02, "a"), (0.0, None), (0.02, "b")]


def test_spans_are_runs_of_one_answer() -> None:
    spans = [(s.answer, s.count) for s in timeline("a", "a", "-", "-", "b", "a").spans()]
    assert spans == [("a", 2), (None, 2), ("b", 1), ("a", 1)]


def test_answers_that_alternated_before_the_fault_are_one_run() -> None:
    spans = [(s.answer, s.count) for s in timeline("a", "b", "-", "a", "b").spans()]
    assert spans == [("answered", 2), (None, 1), ("answered", 2)]


def test_since_when_the_first_answers_are_back_for_good() -> None:
    one = timeline("a", "a", "-", "b", "a", "b", "a", "a")
    assert one.since({"a"}, 0.0) == pytest.approx(0.08)
    assert one.since({"c"}, 0.0) is None
    # The last request is another one's: it is not back.
    assert timeline("a", "a", "a", "b").since({"a"}, 0.0) is None


def test_a_request_that_is_lost_later_does_not_make_the_return_late() -> None:
    one = timeline("a", "a", "-", "b", "a", "a", "-", "a")
    assert one.since({"a"}, 0.0) == pytest.approx(0.04)
    assert one.lost_after(0.0) == 1
    assert timeline("a", "a", "-", "-").since({"a"}, 0.0) is None


def test_the_client_tells_answers_and_losses(tmp_path: object) -> None:
    """For real: a server that goes away in the middle."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Outpost(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503 if self.headers["Host"] == "nobody.example" else 200)
            self.end_headers()
            self.wfile.write(b"Access granted. Your source IP (192.0.2.7) matches an allowed IP.\n")

        def log_message(self, *words: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Outpost)
    Thread(target=server.serve_forever, daemon=True).start()
    argv = arguments("127.0.0.1", server.server_port, 1.0)
    client = Popen([sys.executable, *argv[1:]], stdout=PIPE, text=True)
    assert client.stdout is not None
    first = client.stdout.readline()
    assert first.split()[1] == "192.0.2.7"
    # Who says that he cannot serve has not answered.
    refused = check_output([sys.executable, *arguments("127.0.0.1", server.server_port, 0.1, "nobody.example")[1:]])
    assert {line.split()[1] for line in refused.decode().splitlines()} == {"-"}
    server.shutdown()
    server.server_close()
    rest = client.communicate(timeout=20)[0]
    answers = [line.split()[1] for line in (first + rest).splitlines()]
    assert 40 <= len(answers) <= 51 and answers[-1] == "-" and "192.0.2.7" in answers
