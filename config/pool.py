"""LoadBalancer IP pools (LB-IPAM)."""

from __future__ import annotations

from ipaddress import summarize_address_range
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.labels import LabelSelector
from config.net import Address, ObjectName, Prefix


class Block(Model):
    """A block of addresses: one CIDR, or a range from `start` to `stop` (both included)."""

    cidr: Prefix | None = None
    """The addresses as one prefix."""
    start: Address | None = None
    """The first address of a range."""
    stop: Address | None = None
    """The last address of a range; unset: the first address."""

    @model_validator(mode="after")
    def _cidr_or_range(self) -> Block:
        if (self.cidr is None) == (self.start is None) or (self.cidr and self.stop):
            raise ValueError("either cidr, or start with an optional stop")
        if self.start and self.stop and (self.start.version != self.stop.version or int(self.stop) < int(self.start)):
            raise ValueError("a stop that is not below start")
        return self

    @property
    def prefixes(self) -> tuple[Prefix, ...]:
        """The CIDR, or the fewest prefixes that cover exactly the range."""
        if self.cidr is not None:
            return (self.cidr,)
        assert self.start is not None
        return tuple(summarize_address_range(self.start, self.stop or self.start))


class Pool(Model):
    """A CiliumLoadBalancerIPPool."""

    name: ObjectName
    """The object's name."""
    blocks: Annotated[tuple[Block, ...], Field(min_length=1)]
    """The addresses."""
    allow_first_last_ips: Literal["Yes", "No"] | None = Field(default=None, alias="allowFirstLastIPs")
    """Whether the first and the last address of a CIDR are allocated; unset: the default of the release."""
    service_selector: LabelSelector | None = None
    """The Services that get addresses from the pool; unset: all."""
    disabled: bool = False
    """Whether the pool allocates no further addresses."""
