"""Work on resources in their order: what fails holds back what it needs, and no exception is lost."""

from __future__ import annotations

import pytest

from config.errors import EdgeError
from engine.order import dependents_first
from engine.resource import Resource


def resources() -> list[Resource]:
    """`last` is referred to by `middle`, that by `first`; `other` stands alone."""
    return [
        Resource("last", "t", True),
        Resource("middle", "t", True, dependencies=["last"]),
        Resource("first", "t", True, dependencies=["middle"]),
        Resource("other", "t", True),
    ]


def done(error: Exception | None = None) -> list[str]:
    """The order of the work, where the work on `middle` ends with an error."""
    order: list[str] = []

    def work(resource: Resource) -> None:
        if error is not None and resource.urn == "middle":
            raise error
        order.append(resource.urn)

    dependents_first(resources(), work, lambda: False)
    return [urn for urn in order if urn != "other"] if "other" in order else []


def test_what_refers_to_another_goes_first() -> None:
    assert done() == ["first", "middle", "last"]


def test_an_error_that_is_recorded_holds_back_what_it_needs_and_nothing_else() -> None:
    assert done(EdgeError("refused")) == ["first"]


def test_any_other_exception_is_not_lost() -> None:
    with pytest.raises(ZeroDivisionError):
        done(ZeroDivisionError())
