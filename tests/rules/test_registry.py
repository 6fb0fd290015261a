"""The catalogue of rules: pages, order, waivers, the shipped stacks, and growth."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.generated import stack_object
from benchmarks.rules import with_policies
from cli.rules_page import markdown
from config.load import parse
from config.pool import Block, Pool
from config.waiver import Waiver
from effective import chart
from rules.catalogue import MODULES
from rules.finding import error, warning
from rules.registry import Rule, _order, check_all, find, rules
from rules.spans import Span, overlaps, usable
from tests.rules.test_fixtures import BASE, merged

PROJECT = Path(__file__).resolve().parents[2]
PUBLISHED = {
    f"{letter}{i}"
    for letter, last in (("B", 33), ("P", 12), ("L", 7), ("I", 10), ("G", 22), ("X", 7))
    for i in range(1, last + 1)
}


def test_every_published_rule_exists_once_and_in_its_file() -> None:
    ids = [rule.id for rule in rules()]
    assert len(set(ids)) == len(ids)
    assert set(ids) >= PUBLISHED
    for module in MODULES:
        name = module.__name__.rpartition(".")[2]
        assert f"{name[0].upper()}{int(name[1:3])}" == (module.__doc__ or "").partition(":")[0]
    files = {p.stem for p in (PROJECT / "rules").rglob("*.py") if re.match(r"[a-z][0-9]{2}_", p.name)}
    assert files == {module.__name__.rpartition(".")[2] for module in MODULES}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_page_teaches(rule: Rule) -> None:
    for field in ("Why", "Seen", "Since", "Source", "Bad", "Good"):
        assert re.search(rf"(?m)^{field}: \S", rule.page), field
    assert rule.title and not rule.title.endswith(".")


def test_the_printed_page_is_current() -> None:
    assert (PROJECT / "docs" / "rules.md").read_text() == markdown()


def test_a_rule_is_found_in_any_case_and_sorted_by_number() -> None:
    assert find("b24") is find("B24") is not None
    assert find("B99") is None
    ids = [rule.id for rule in rules()]
    assert ids.index("B9") + 1 == ids.index("B10")


@pytest.mark.parametrize("file", sorted(PROJECT.glob("Pulumi.*.yaml")), ids=lambda file: file.name)
def test_no_rule_fires_on_a_shipped_stack(file: Path) -> None:
    document = yaml.safe_load(file.read_text())["config"]["cilium-edge:stack"]
    assert check_all(parse(document, file.name)).findings == ()


def bad(**more: Any) -> Any:
    """Two errors, one of them at services[10] and services[2], and a warning."""
    services = [{"name": f"s{i}", "labels": {"app": "webpod"}} for i in range(12)]
    for i in (2, 10):
        services[i]["loadBalancerClass"] = "io.cilium/l2-announcer"
    router = merged(BASE["routers"][0], {"bgp": {"maximumPaths": 2}})
    patch = {"services": services, "bgp": {"returnRoutes": "off"}, "routers": [router], **more}
    return parse(merged(BASE, patch), "t")


def test_findings_come_errors_first_then_by_number_and_place() -> None:
    found = [(f.rule, f.path) for f in check_all(bad()).findings]
    assert found == [
        *[("B24", f"nodes[{i}].routes") for i in range(4)],
        ("B31", "services[2].loadBalancerClass"),
        ("B31", "services[10].loadBalancerClass"),
        ("B28", "routers[0].bgp.maximumPaths"),
        ("P6", "services[2].loadBalancerClass"),
        ("P6", "services[10].loadBalancerClass"),
    ]


def test_findings_of_several_kinds_come_by_letter_before_number() -> None:
    order = [
        _order(error(path, "", got, "").of(rule))
        for rule, path, got in (
            ("B2", "a", ""),
            ("B10", "a[2].b", ""),
            ("B10", "a[10]", "x"),
            ("B10", "a[10]", "y"),
            ("G1", "a", ""),
        )
    ]
    order += [_order(warning("a", "", "", "").of(rule)) for rule in ("B1", "X7")]
    assert order == sorted(order) and len({str(key) for key in order}) == len(order)


def test_a_waiver_covers_its_path_and_what_is_below_and_nothing_else() -> None:
    waiver = Waiver(rule="B24", path="nodes[1]", reason="its routes come from DHCP")
    assert waiver.covers("B24", "nodes[1].routes") and waiver.covers("B24", "nodes[1]")
    assert not waiver.covers("B24", "nodes[10].routes")
    assert not waiver.covers("B2", "nodes[1].routes")
    report = check_all(bad(waivers=[waiver.model_dump(by_alias=True)]))
    assert [(f.path, w.reason) for f, w in report.waived] == [("nodes[1].routes", "its routes come from DHCP")]
    assert "nodes[1].routes" not in {f.path for f in report.errors}


def test_a_waiver_that_matches_nothing_is_a_warning_and_needs_a_reason() -> None:
    report = check_all(bad(waivers=[{"rule": "G1", "reason": "there was one once"}]))
    assert [f.path for f in report.findings if f.rule == "W1"] == ["waivers[0]"]
    with pytest.raises(ValueError, match="reason"):
        Waiver(rule="G1", reason="because")


@pytest.mark.parametrize("release", chart.RELEASES)
def test_every_release_has_its_chart(release: tuple[int, int]) -> None:
    assert len(chart.keys(release)) > 1000
    assert chart.default(release, "l7Proxy") is True
    assert chart.knows(release, "bgpControlPlane.enabled") and chart.knows(release, "nodeSelector.role")
    assert not chart.knows(release, "bgpControlPlan.enabled")


def test_keys_that_moved_are_gone_from_the_release_on() -> None:
    assert chart.knows((1, 16), "bgp.enabled") and not chart.knows((1, 17), "bgp.enabled")
    assert chart.knows((1, 17), "externalIPs.enabled") and not chart.knows((1, 18), "externalIPs.enabled")


SPANS = st.builds(
    lambda version, first, size, path: Span(version, first, first + size, path, ""),
    st.sampled_from([4, 6]),
    st.integers(0, 60),
    st.integers(0, 12),
    st.text("abc", min_size=1, max_size=3),
)


@given(st.lists(SPANS, max_size=14))
def test_the_sweep_sees_an_overlap_exactly_where_all_pairs_do(spans: list[Span]) -> None:
    def meet(a: Span, b: Span) -> bool:
        return a.version == b.version and a.first <= b.last and b.first <= a.last

    found = list(overlaps(spans))
    assert all(meet(a, b) for a, b in found)
    ordered = sorted(spans)
    # Every span that meets one before it is told, once.
    late = [s for i, s in enumerate(ordered) if any(meet(s, earlier) for earlier in ordered[:i])]
    assert [second for _, second in found] == [s for v in (4, 6) for s in late if s.version == v]
    assert all(ip_address(str(s).partition("-")[0]).version == s.version for s in spans)


@given(SPANS, st.sampled_from(["10.0.0.0/8", "::/64"]), st.integers(0, 80))
def test_a_span_has_addresses_of_its_family_alone(span: Span, network: str, number: int) -> None:
    address = type(ip_address(network.partition("/")[0]))(number)
    assert span.has(address) is (address.version == span.version and number in range(span.first, span.last + 1))


@pytest.mark.parametrize(
    ("block", "keep", "size"),
    [
        ({"cidr": "172.16.1.0/24"}, "No", 254),
        ({"cidr": "172.16.1.0/24"}, "Yes", 256),
        ({"cidr": "172.16.1.0/24"}, None, 256),
        ({"cidr": "172.16.1.0/30"}, "No", 2),
        ({"cidr": "172.16.1.0/31"}, "No", 2),
        ({"cidr": "172.16.1.0/32"}, "No", 1),
        ({"cidr": "fd00::/120"}, "No", 254),
        ({"start": "172.16.1.1", "stop": "172.16.1.9"}, "No", 9),
        ({"start": "172.16.1.1"}, "No", 1),
    ],
)
def test_the_first_and_last_address_of_a_cidr_alone_are_kept(block: Any, keep: Any, size: int) -> None:
    pool = Pool.model_validate({"name": "p", "blocks": [block], "allowFirstLastIPs": keep})
    assert usable(Block.model_validate(block), pool).size == size


def test_a_large_stack_without_a_mistake_has_no_error() -> None:
    stack = parse(with_policies(stack_object(300, 20, 500), 100), "generated")
    assert check_all(stack).errors == ()


def test_the_users_own_helm_values_are_read() -> None:
    ingress = {"ingressController": {}, "cilium": {"values": {"envoy": None}}}
    assert "I2" not in {f.rule for f in check_all(parse(merged(BASE, ingress), "t")).findings}
    off = merged(ingress, {"cilium": {"values": {"l7Proxy": False}}})
    assert "I2" in {f.rule for f in check_all(parse(merged(BASE, off), "t")).errors}


def test_a_waived_finding_is_in_one_list_alone_and_the_first_waiver_gives_the_reason() -> None:
    everywhere = {"rule": "B24", "reason": "all routes come from DHCP"}
    closer = {"rule": "B24", "path": "nodes[2]", "reason": "this one above all"}
    report = check_all(bad(waivers=[everywhere, closer]))
    assert {w.reason for _, w in report.waived} == {"all routes come from DHCP"}
    assert len(report.waived) == 4
    assert "B24" not in {f.rule for f in report.findings}
    # The second one covers a finding too: it is not superfluous.
    assert "W1" not in {f.rule for f in report.findings}


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("", True),
        ("services[2]", True),
        ("services[2].loadBalancerClass", True),
        ("services", True),
        ("services[2].loadBalancer", False),
        ("services[20]", False),
        ("services[2].loadBalancerClass.more", False),
        ("service", False),
        ("services[10]", False),
    ],
)
def test_a_waivers_path_ends_at_a_part(path: str, covered: bool) -> None:
    waiver = Waiver(rule="B31", path=path, reason="it is announced by hand")
    assert waiver.covers("B31", "services[2].loadBalancerClass") is covered


def test_a_stack_of_full_size_is_checked_in_seconds() -> None:
    stack = parse(with_policies(stack_object(1000, 20, 2000), 500), "generated")
    report = check_all(stack)
    assert report.errors == ()
