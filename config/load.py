"""The only reader of the stack's configuration: pulumi.Config -> StackConfig, or a ConfigError."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from pydantic import ValidationError

from config.errors import ConfigError, Problem
from config.kind import Learned, completed, contradictions, is_kind
from config.problems import problems
from config.references import broken_references
from config.stack import StackConfig
from config.text import unfit

PROJECT = "cilium-edge"
# The maximum number of unfit texts in one error.
_AT_MOST = 20
_NOTHING: Learned = {}


def load(learned: Learned = _NOTHING) -> StackConfig:
    """The StackConfig of the stack that Pulumi runs.

    Raises ConfigError with every problem at once.
    """
    import pulumi  # the import takes most of a second, and parse() does not need the SDK

    document = pulumi.Config(PROJECT).get_object("stack")
    return parse(document, pulumi.get_stack(), learned)


def parse(document: Any, stack: str, learned: Learned = _NOTHING) -> StackConfig:
    """A StackConfig from the object under `cilium-edge:stack`.

    `learned`: the addresses of a kind cluster's nodes, if the cluster exists.
    """
    if not isinstance(document, dict):
        got = "nothing" if document is None else type(document).__name__
        raise ConfigError(stack, [Problem("cilium-edge:stack", "an object", got)])
    odd = list(islice(unfit(document), _AT_MOST))
    if odd:
        raise ConfigError(stack, odd)
    if is_kind(document):
        wrong = list(contradictions(document, learned))
        if wrong:
            raise ConfigError(stack, wrong)
        document = completed(document, learned)
    try:
        config = StackConfig.model_validate(document)
    except ValidationError as error:
        raise ConfigError(stack, problems(error, document)) from None
    except RecursionError:
        raise ConfigError(stack, [Problem("stack", "a flat document", "deep nesting")]) from None
    broken = list(dict.fromkeys(replace(p, path=config.written(p.path)) for p in broken_references(config)))
    if broken:
        raise ConfigError(stack, broken)
    return config
