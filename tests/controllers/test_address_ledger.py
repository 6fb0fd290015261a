"""Who may have an address: against kernels that keep, lose and report addresses in their own time."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from config.egress import EgressHA
from config.net import Address, Prefix
from controllers.egress_ha.protocol.gateway_state import GatewayState
from controllers.egress_ha.replica.address_allocator import AddressAllocator
from controllers.egress_ha.replica.address_ledger import AddressLedger
from tests.controllers.test_address_allocator import A, B, Holders, nets, x

LIFETIME = 5.0
SILENCE = EgressHA().silence
X = x(84)


WHO = "02:00:00:00:00:09 on eth1"


def state(*held: Address, seen: int = 0, conflicts: tuple[Address, ...] = ()) -> GatewayState:
    return GatewayState(frozenset(held), dict.fromkeys(conflicts, WHO), seen)


def allocator(
    ledger: AddressLedger, now: float, given: Holders, version: int = 1, **heard: tuple[GatewayState, float]
) -> AddressAllocator:
    return ledger.allocator(now, {"ha": given}, version, {{"a": A, "b": B}[k]: v for k, v in heard.items()})


def test_what_a_status_gives_is_held_before_the_gateway_says_so() -> None:
    ledger = AddressLedger(SILENCE, 0.0)
    assert allocator(ledger, 1.0, {A: X}).holders == {X: {A}}
    # However long it is silent: it may hear the API.
    assert allocator(ledger, 100.0, {A: X}).holders == {X: {A}}


def test_what_was_withdrawn_is_free_when_its_gateway_knows_and_says_so() -> None:
    ledger = AddressLedger(SILENCE, 0.0)
    allocator(ledger, 1.0, {A: X}, 7)
    assert allocator(ledger, 2.0, {}, 8, a=(state(X, seen=7), 2.0)).holders == {X: {A}}
    # It has not put it on yet, and may still: what it knows is older than the withdrawal.
    assert allocator(ledger, 2.2, {}, 8, a=(state(seen=7), 2.2)).holders == {X: {A}}
    # It knows, and could not take it off.
    assert allocator(ledger, 2.4, {}, 8, a=(state(X, seen=8), 2.4)).holders == {X: {A}}
    assert allocator(ledger, 2.6, {}, 8, a=(state(seen=8), 2.6)).holders == {}


def test_one_that_was_silent_for_long_has_nothing() -> None:
    ledger = AddressLedger(SILENCE, 0.0)
    allocator(ledger, 1.0, {A: X}, 7, a=(state(X, seen=7), 1.0))
    # Silence counts from the withdrawal: until then it was told by the API that the address is its own.
    allocator(ledger, 30.0, {}, 8)
    assert allocator(ledger, 30.0 + SILENCE, {}, 8).holders == {X: {A}}
    assert allocator(ledger, 30.1 + SILENCE, {}, 8).holders == {}


def test_one_that_is_heard_and_never_learns_of_the_withdrawal_binds_it() -> None:
    ledger = AddressLedger(SILENCE, 0.0)
    allocator(ledger, 1.0, {A: X}, 7)
    for now in range(2, 60):
        assert allocator(ledger, float(now), {}, 8, a=(state(seen=7), float(now))).holders == {X: {A}}


def test_what_a_gateway_says_counts_without_any_status() -> None:
    ledger = AddressLedger(SILENCE, 0.0)
    assert allocator(ledger, 1.0, {}, a=(state(X), 1.0)).holders == {X: {A}}
    assert allocator(ledger, 1.0 + SILENCE, {}, a=(state(X), 1.0)).holders == {}


def test_what_is_given_back_to_the_same_gateway_is_its_own() -> None:
    ledger = AddressLedger(SILENCE, 0.0)
    allocator(ledger, 1.0, {A: X}, 7)
    allocator(ledger, 2.0, {}, 8)
    allocator(ledger, 3.0, {A: X}, 9)
    assert allocator(ledger, 4.0, {A: X}, 9, a=(state(seen=8), 4.0)).holders == {X: {A}}


def test_a_conflict_is_with_a_stranger_and_forgotten_with_its_teller() -> None:
    ledger = AddressLedger(SILENCE, 0.0)
    told = (state(conflicts=(X,)), 1.0)
    assert allocator(ledger, 1.0, {A: X}, a=told).conflicts == {X: WHO}
    assert allocator(ledger, 1.0 + SILENCE, {A: X}, a=told).conflicts == {}
    # A thawed gateway that finds its successor at the address has found no stranger.
    assert allocator(ledger, 1.0, {B: X}, a=told).conflicts == {}


def test_a_replica_that_may_know_too_little_waits() -> None:
    assert allocator(AddressLedger(SILENCE, 0.0), SILENCE - 0.1, {}).waiting
    assert not allocator(AddressLedger(SILENCE, 0.0), SILENCE, {}).waiting
    assert not allocator(AddressLedger(SILENCE, 0.0, settled=True), 0.0, {}).waiting


# --- in time ---


@dataclass
class Gateway:
    """A kernel: what is on; since when nobody has been heard; the status and version that it knows."""

    on: set[Address] = field(default_factory=set)
    cut_off: float | None = None
    seen: int = 0
    mine: set[Address] = field(default_factory=set)


@dataclass
class World:
    """A controller and six gateways. One that is cut off keeps what it has for two lifetimes, no longer."""

    cidr: list[Prefix]
    now: float = 0.0
    ledger: AddressLedger = field(default_factory=lambda: AddressLedger(SILENCE, 0.0, settled=True))
    heard: dict[Address, tuple[GatewayState, float]] = field(default_factory=dict)
    status: list[Holders] = field(default_factory=lambda: [{}, {}])
    version: int = 1
    kernels: dict[Address, Gateway] = field(
        default_factory=lambda: {ip_address(f"10.0.0.{n}"): Gateway() for n in range(1, 7)}
    )

    def step(
        self, seconds: float, cut_off: set[int], deaf: set[int], restart: bool, wanted: tuple[list[int], list[int]]
    ) -> None:
        """Who is cut off hears and tells nothing; who is deaf answers probes and does not see the status."""
        self.now += seconds
        if restart:
            self.ledger, self.heard = AddressLedger(SILENCE, self.now), {}
        for number, (gateway, kernel) in enumerate(self.kernels.items(), 1):
            if number in cut_off:
                kernel.cut_off = self.now - seconds if kernel.cut_off is None else kernel.cut_off
                if self.now - kernel.cut_off >= 2 * LIFETIME:
                    kernel.on = set()
            else:
                # It hears, and acts on what it knew last.
                kernel.cut_off = None
                kernel.on = set(kernel.mine)
                self.tell(gateway)
        self.decide(wanted)
        for number, kernel in enumerate(self.kernels.values(), 1):
            if number not in cut_off | deaf:
                self.learn(kernel)

    def learn(self, kernel: Gateway) -> None:
        address = next(a for a, one in self.kernels.items() if one is kernel)
        kernel.mine = {part[address] for part in self.status if address in part}
        kernel.seen = self.version

    def tell(self, gateway: Address) -> None:
        kernel = self.kernels[gateway]
        self.heard[gateway] = (state(*kernel.on, seen=kernel.seen), self.now)

    def decide(self, wanted: tuple[list[int], list[int]]) -> None:
        given = {str(i): part for i, part in enumerate(self.status)}
        found = self.ledger.allocator(self.now, given, self.version, self.heard)
        for i, numbers in enumerate(wanted):
            names = [ip_address(f"10.0.0.{n}") for n in sorted(numbers)]
            resting = [gateway for gateway in self.kernels if gateway not in names]
            after, _ = found.assign(str(i), self.cidr, names, resting)
            self.version += after != self.status[i]
            self.status[i] = after

    def one_holder_each(self) -> bool:
        on = [address for kernel in self.kernels.values() for address in kernel.on]
        return len(on) == len(set(on))


some = st.sets(st.integers(1, 6), max_size=3)
lists = st.lists(st.integers(1, 6), max_size=5, unique=True)
steps = st.tuples(st.sampled_from([0.25, 1.0, 4.0, 9.9, 12.0]), some, some, st.booleans(), st.tuples(lists, lists))


@given(
    st.lists(steps, min_size=2, max_size=12), st.sampled_from(["172.18.0.84/32", "172.18.0.84/31", "172.18.0.80/29"])
)
def test_no_two_kernels_ever_have_the_same_address(
    plan: list[tuple[float, set[int], set[int], bool, tuple[list[int], list[int]]]], cidr: str
) -> None:
    """Gateways fall silent and return, some learn late what is decided, the controller starts anew."""
    world = World(nets(cidr))
    for one in plan:
        world.step(*one)
        assert world.one_holder_each()


def test_a_gateway_that_falls_silent_before_it_told_that_it_has_its_address_is_waited_for() -> None:
    """Given, put on a moment later, frozen before the next probe; then the other gateway needs one."""
    world = World(nets("172.18.0.84/32"))
    world.step(0.25, set(), set(), False, ([2], []))
    world.kernels[B].on = {X}
    taken = []
    for _ in range(60):
        world.step(0.25, {2}, set(), False, ([1], []))
        assert world.one_holder_each()
        taken.append(X in world.kernels[A].on)
    assert taken[-1] and taken.index(True) * 0.25 > SILENCE - 1


def test_an_address_moves_at_once_between_two_that_are_well() -> None:
    world = World(nets("172.18.0.84/32"))
    for _ in range(2):
        world.step(0.25, set(), set(), False, ([2], []))
    assert world.kernels[B].on == {X}
    for _ in range(4):
        world.step(0.25, set(), set(), False, ([1], []))
        assert world.one_holder_each()
    assert world.kernels[A].on == {X}
