"""Holding a drill on a testbed that only remembers what was done to it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.errors import EdgeError
from config.load import parse
from config.stack import StackConfig
from drills import run
from drills.catalogue import drills_for
from drills.drill import Drill, Stream
from drills.figure import svg
from drills.run import Outcome, find, hold, hold_all, judge
from drills.timeline import parsed

INGRESS = {
    "l2-holder-frozen",
    "l2-holder-frozen-tuned",
    "l2-holder-agent-killed",
    "l2-link-bounced",
    "envoy-killed",
    "envoy-agent-both-killed",
    "ingress-backend-killed",
    "certificate-rotated",
    "policy-locked",
    "ingress-added",
}
PROJECT = Path(__file__).resolve().parents[2]


def stack(name: str) -> StackConfig:
    return parse(yaml.safe_load((PROJECT / f"Pulumi.{name}.yaml").read_text())["config"]["cilium-edge:stack"], name)


class Testbed:
    """Remembers; its clients print what the test wants."""

    def __init__(self, lines: str = "") -> None:
        self.stack = stack("egress")
        self.done: list[str] = []
        self.lines = lines
        self.well = True

    def client(self, where: str, arguments: list[str]) -> subprocess.Popen[str]:
        script = f"import time; t = time.time()\n{self.lines}"
        return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)

    def __getattr__(self, name: str) -> Any:
        return lambda *words: self.done.append(" ".join((name, *words)))


def _well(ground: Any) -> bool:
    return bool(ground.well)


def drill(limit: float = 0.1, back: float | None = 0.5, after: int = 0, **more: Any) -> Drill:
    return Drill(
        "d",
        "about",
        lambda s: (Stream("s", "pod/p", "192.0.2.1", 80, limit, after),),
        _well,
        more.pop("fault", lambda testbed: testbed.cut("h")),
        lambda testbed: testbed.join("h"),
        during=0.1,
        after=0.1,
        before=0.1,
        back=back,
        **more,
    )


def outcome(text: str, healed: float = 0.1, **given: Any) -> list[str]:
    """What is wrong with a drill whose client said this; times are seconds after the fault."""
    item = drill(**given)
    lines = "\n".join(f"{100 + float(t)} {a}" for t, a in (line.split() for line in text.split(";")))
    one = Outcome(item, healed, 0.0, [(item.streams(stack("egress"))[0], parsed("s", lines, 100.0, 0.02))])
    return judge(one)


@pytest.mark.parametrize(
    ("text", "given", "wrong"),
    [
        ("-1 a; 0.01 -; 0.05 b; 0.2 a", {}, ""),
        ("-1 a; 0.01 -; 0.2 a", {"limit": 0}, "black-out of 0.02 s"),
        ("-1 -; -0.9 a; 0.2 a", {"limit": 9}, "lost before the fault"),
        ("-1 a; 0.01 b; 0.2 b", {}, "got them never"),
        ("-1 a; 0.2 b; 0.9 a", {}, "after 0.8 s"),
        ("-1 a; 0.2 a; 0.3 -; 0.4 a", {}, "1 requests lost on the way back"),
        ("-1 a; 0.2 a; 0.3 -; 0.4 a", {"after": 1}, ""),
        ("-1 a; 0.2 a; 0.4 -", {"after": 1}, "the last request was lost"),
        # Of a time without requests nothing is known: not before the fault, not within, not at the end.
        ("2.0 a; 2.01 a", {}, "sent nothing for 2.1 s"),
        ("-1 a; 0.1 a; 2.3 a", {}, "sent nothing for 2.2 s"),
        ("-1 a; 0.2 a", {"healed": 2.5}, "sent nothing for 2.3 s"),
        ("0.01 a; 0.2 a", {}, "no request was answered before the fault"),
        # Nobody is to be answered from 0.05 s after the fault until it is healed.
        ("-1 a; 0.02 a; 0.06 -; 0.09 -; 0.2 a", {"shuts": 0.05, "limit": 9}, ""),
        ("-1 a; 0.02 -; 0.06 a; 0.2 a", {"shuts": 0.05, "limit": 9}, "answered later than 0.05 s after the fault"),
        # Only the act lets anybody in.
        ("-1 -; 0.02 -; 0.06 a; 0.2 -", {"opens": 0.05}, ""),
        ("-1 -; 0.02 -; 0.06 -; 0.09 a", {"opens": 0.05}, "a request was lost 0.1 s after the fault"),
        ("-1 a; 0.06 a", {"opens": 0.05}, "requests were answered before the fault"),
        # One that heals by itself is watched to its end.
        ("-1 a; 0.01 -; 0.5 -; 0.6 a", {"back": None}, "black-out of 0.51 s"),
    ],
)
def test_what_is_promised_is_judged(text: str, given: dict[str, Any], wrong: str) -> None:
    found = outcome(text, **given)
    assert (wrong in " ".join(found)) and bool(found) == bool(wrong), found
    assert not any("answers by  within" in text for text in found)


def test_the_drills_of_ingresses_ask_who_is_admitted_where_the_addresses_are() -> None:
    found = stack("ingress")
    streams = {item.name: item.streams(found)[0] for item in drills_for(found) if item.name in INGRESS}
    assert set(streams) == INGRESS
    asked = {(s.where, s.service, s.host, s.port, s.asks) for s in streams.values()}
    assert asked == {
        ("host/client", "kube-system/cilium-ingress", "", 80, ""),
        ("host/client", "default/cilium-ingress-webpod-ingress", "", 80, ""),
        ("host/client", "default/cilium-ingress-webpod-ingress", "", 443, "webpod.example"),
        ("host/client", "", "192.168.10.213", 80, ""),
    }
    # The chart's Lease lives for 15 s, and is looked at every 2.4 s.
    assert streams["l2-holder-frozen"].limit == pytest.approx(25.8)
    for section in ("ingresses", "l2_policies", "outposts", "pools"):
        assert not INGRESS & {item.name for item in drills_for(found.model_copy(update={section: ()}))}
    locked = [policy for _, policy in found.guards() if policy.name != "allow-cidr"]
    shut = found.model_copy(update={"ingress_access": None, "network_policies": tuple(locked)})
    assert len(locked) == 1 and not INGRESS & {item.name for item in drills_for(shut)}
    plain = [item.model_copy(update={"tls": ()}) for item in found.ingresses]
    saved_state = {item.name for item in drills_for(found.model_copy(update={"ingresses": plain}))}
    assert saved_state == INGRESS - {"certificate-rotated"}


def test_a_client_that_said_nothing_proves_nothing() -> None:
    item = drill()
    one = Outcome(item, 0.1, 0.0, [(item.streams(stack("egress"))[0], parsed("s", "", 100.0, 0.02))])
    assert "the client sent no request" in " ".join(judge(one))


def test_a_client_with_much_to_say_is_read_all_along() -> None:
    """More than a pipe holds: where nobody reads, the client stands still until the fault is over."""
    lines = "print(*(f'{t + n / 50} a' for n in range(10000)), sep='\\n', flush=True); print(time.time(), 'now')"
    done = hold(drill(fault=lambda place: time.sleep(1.5)), Testbed(lines), lambda text: None)
    [(_, timeline)] = done.timelines
    assert len(timeline.samples) == 10001
    assert [sample.at for sample in timeline.samples if sample.answer == "now" and sample.at < 1.4]


def test_a_fault_is_healed_also_where_it_fails_half_way() -> None:
    testbed = Testbed("print(t, 'a')")

    def fault(place: Any) -> None:
        place.cut("h")
        raise EdgeError("no such host")

    with pytest.raises(EdgeError, match="no such host"):
        hold(drill(fault=fault), testbed, lambda text: None)
    assert testbed.done == ["cut h", "join h"]


def test_what_is_prepared_is_restored_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_HEAL_TIMEOUT", 0.1)
    acts: dict[str, Any] = {"prepare": lambda place: place.cut("p"), "restore": lambda place: place.join("p")}
    for testbed, expected in ((Testbed("print(t, 'a')"), ["cut p", "cut h", "join h", "join p"]), (Testbed(), [])):
        testbed.well = bool(expected)
        if expected:
            hold(drill(**acts), testbed, lambda text: None)
        else:
            with pytest.raises(EdgeError, match="is not well"):
                hold(drill(**acts), testbed, lambda text: None)
        assert testbed.done == (expected or ["cut p", "join p"])


def test_a_drill_rests_until_what_the_last_one_broke_is_forgotten() -> None:
    said: list[str] = []
    began = time.monotonic()
    list(hold_all((drill(), drill(rest=0.5)), Testbed("print(t, 'a')"), said.append))
    waited = [text for text in said if "are over" in text]
    assert len(waited) == 1 and time.monotonic() - began > 0.5
    # The first one has nothing to wait for.
    began = time.monotonic()
    list(hold_all((drill(rest=30),), Testbed("print(t, 'a')"), said.append))
    assert time.monotonic() - began < 5


def test_nothing_is_broken_that_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_HEAL_TIMEOUT", 0.1)
    testbed = Testbed()
    testbed.well = False
    with pytest.raises(EdgeError, match="is not well"):
        hold(drill(), testbed, lambda text: None)
    assert testbed.done == []


def test_a_lab_that_stays_broken_fails_the_drill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_HEAL_TIMEOUT", 0.1)
    testbed = Testbed("print(t - 1, 'a'); print(t + 9, 'a')")

    def fault(place: Any) -> None:
        testbed.well = False

    held = hold(drill(fault=fault, limit=9), testbed, lambda text: None)
    assert not held.passed and "not healed" in " ".join(held.failures)


def test_each_stack_has_the_drills_of_its_parts() -> None:
    assert {"gateway-frozen", "address-conflict"} <= {d.name for d in drills_for(stack("egress"))}
    # Nobody is there who could take the address.
    alone = stack("egress").model_copy(update={"outposts": stack("egress").outposts[1:]})
    assert "address-conflict" not in {d.name for d in drills_for(alone)}
    assert {d.name for d in drills_for(stack("dev"))} == {d.name for d in drills_for(stack("bgp"))} != set()
    with pytest.raises(EdgeError, match="gateway-frozen"):
        find(drills_for(stack("egress")), "gateway-frozzen")


def test_every_drill_has_streams_and_a_promise() -> None:
    for name in ("egress", "dev"):
        for item in drills_for(stack(name)):
            streams = item.streams(stack(name))
            assert streams and all(s.limit < item.during + item.after for s in streams), item.name


def test_the_picture_has_a_row_a_stream_and_its_colors() -> None:
    item = drill()
    one = Outcome(
        item, 0.1, 0.0, [(item.streams(stack("egress"))[0], parsed("s", "99 <a>\n100.02 -\n100.04 b\n", 100.0, 0.02))]
    )
    text = svg(one)
    assert "&lt;a&gt;: 1 requests" in text and "lost: 1 requests" in text and "<a>" not in text


def test_a_drill_that_lacks_something_touches_nothing() -> None:
    def lacking(testbed: Any) -> None:
        raise EdgeError("nothing newer is known")

    testbed = Testbed()
    with pytest.raises(EdgeError, match="nothing newer"):
        hold(drill(needs=lacking, prepare=lambda testbed: testbed.prepare()), testbed, lambda text: None)
    assert testbed.done == []
