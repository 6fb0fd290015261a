"""Drills of Ingresses on L2 addresses: faults of holder, agent, Envoy, backend, certificate and policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from config.stack import StackConfig
from drills.drill import Drill, Stream, Streams
from drills.faults import nothing, restart_agent
from drills.ingress_faults import (
    add,
    every_link,
    kill_backend,
    kill_both,
    kill_envoy,
    lock,
    remove,
    rotate,
    saved_state,
    tune,
    untune,
)
from drills.ingress_targets import (
    askers,
    certified,
    dedicated,
    dedicated_service,
    holder,
    pool_address,
    shared_service,
    well,
)
from effective.helm import reader
from effective.leases import takeover
from failures.thing import Kind


@dataclass(frozen=True)
class Asked:
    """A Service by its name or an address, the port, and the host that requests name."""

    service: str = ""
    address: str = ""
    port: int = 80
    name: str = ""


Choice = Callable[[StackConfig], Asked]


def _shared(stack: StackConfig) -> Asked:
    return Asked(service=shared_service(stack))


def _own(stack: StackConfig) -> Asked:
    item = dedicated(stack)
    assert item is not None
    return Asked(service=dedicated_service(item))


def _by_tls(stack: StackConfig) -> Asked:
    found = certified(stack)
    assert found is not None
    return Asked(service=dedicated_service(found[0]), port=443, name=found[1])


def _next(stack: StackConfig) -> Asked:
    # The drill adds the Ingress, so no Service has the address before the fault.
    return Asked(address=pool_address(stack, 2))


def _streams(limit: float | None, choice: Choice = _shared, after: int = 0) -> Streams:
    """Requests from a host outside the cluster. `limit` None: the limit follows from the lease times."""

    def streams(stack: StackConfig) -> tuple[Stream, ...]:
        asker, asked = askers(stack)[0].name, choice(stack)
        seconds = _failover(stack) if limit is None else limit
        name = f"{asker} -> {asked.name or asked.address or asked.service.partition('/')[2]}"
        place, service = f"host/{asker}", asked.service
        return (Stream(name, place, asked.address, asked.port, seconds, after, asks=asked.name, service=service),)

    return streams


def _failover(stack: StackConfig) -> float:
    """Seconds until another node has a silent holder's Lease, with a margin for busy machines."""
    return takeover(reader(stack)) + 2.0


def _holder(stack: StackConfig) -> tuple[str, Kind, str]:
    """The loss of the node that holds the address: any node that may hold it."""
    node = next(node.name for node in stack.nodes if node.role == "worker")
    return f"node {node}", "announcement", shared_service(stack)


def _has_own(stack: StackConfig) -> bool:
    return dedicated(stack) is not None


DRILLS: tuple[Drill, ...] = (
    Drill(
        "l2-holder-frozen",
        "the node that holds the address freezes, and its link is silent",
        _streams(None),
        well,
        saved_state.freeze_holder,
        saved_state.thaw_holder,
        during=30,
        after=15,
        foresees=_holder,
    ),
    Drill(
        "l2-holder-frozen-tuned",
        "the same, with short lease times",
        _streams(3),
        well,
        saved_state.freeze_holder,
        saved_state.thaw_holder,
        during=10,
        after=15,
        prepare=tune,
        restore=untune,
    ),
    Drill(
        "l2-holder-agent-killed",
        "the Cilium agent of the holder is restarted",
        _streams(1),
        well,
        lambda testbed: restart_agent(testbed, holder(testbed)),
        nothing,
        during=5,
        after=20,
    ),
    # While nodes do not reach each other, no request is answered, whatever the Leases.
    Drill(
        "l2-link-bounced",
        "all nodes' links are down for 25 s, as when a switch restarts",
        _streams(60),
        well,
        partial(every_link, cut=True),
        partial(every_link, cut=False),
        during=25,
        after=45,
    ),
    Drill("envoy-killed", "the holder's Envoy is killed", _streams(5), well, kill_envoy, nothing, during=5, after=10),
    Drill(
        "envoy-agent-both-killed",
        "the holder's Envoy and agent are killed at once",
        _streams(15),
        well,
        kill_both,
        nothing,
        during=5,
        after=25,
    ),
    Drill(
        "ingress-backend-killed",
        "a pod behind a dedicated Ingress is killed",
        _streams(1.5, _own),
        well,
        kill_backend,
        nothing,
        during=5,
        after=10,
        possible=_has_own,
    ),
    Drill(
        "certificate-rotated",
        "a certificate is replaced while requests come by TLS",
        _streams(0, _by_tls),
        well,
        rotate,
        saved_state.put_back,
        during=5,
        after=5,
        possible=lambda stack: certified(stack) is not None,
    ),
    Drill(
        "policy-locked",
        "the policy that admits the clients is taken away",
        _streams(11, after=100),
        well,
        lock,
        saved_state.put_back,
        during=8,
        after=6,
        shuts=2.0,
        back=2,
    ),
    Drill(
        "ingress-added",
        "a dedicated Ingress is added",
        _streams(0, _next),
        well,
        add,
        remove,
        during=10,
        after=0,
        opens=2.0,
        possible=_has_own,
    ),
)
