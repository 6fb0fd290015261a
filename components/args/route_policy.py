"""Arguments as `config/route_policy.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi


class PrefixListEntryArgs(TypedDict):
    """Prefixes inside `prefix` whose length is `ge` to `le`; without both, `prefix` itself and no other."""

    action: NotRequired[pulumi.Input[str]]
    prefix: pulumi.Input[str]
    ge: NotRequired[pulumi.Input[int]]
    le: NotRequired[pulumi.Input[int]]


class PrefixListArgs(TypedDict):
    """The first entry that fits decides; what fits none is denied. All entries are of one family."""

    name: pulumi.Input[str]
    entries: pulumi.Input[list[pulumi.Input[PrefixListEntryArgs]]]


class RouteMatchArgs(TypedDict):
    """What an entry applies to: a route that fits everything given here; nothing given is every route."""

    prefix_list: NotRequired[pulumi.Input[str]]


class RouteSetArgs(TypedDict):
    """What an entry that permits changes. `communities` replaces those of the route."""

    local_preference: NotRequired[pulumi.Input[int]]
    med: NotRequired[pulumi.Input[int]]
    communities: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    as_path_prepend: NotRequired[pulumi.Input[list[pulumi.Input[int]]]]


class RouteMapEntryArgs(TypedDict):
    """One entry: the first whose match fits decides."""

    action: NotRequired[pulumi.Input[str]]
    match: NotRequired[pulumi.Input[RouteMatchArgs]]
    set: NotRequired[pulumi.Input[RouteSetArgs]]


class RouteMapArgs(TypedDict):
    """Entries in order; a route that fits none is denied."""

    name: pulumi.Input[str]
    entries: pulumi.Input[list[pulumi.Input[RouteMapEntryArgs]]]
