"""Arguments as `config/route_policy.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi


class PrefixListEntryArgs(TypedDict):
    """Prefixes inside `prefix` whose length is `ge` to `le`. Without both, only `prefix` itself matches."""

    action: NotRequired[pulumi.Input[str]]
    prefix: pulumi.Input[str]
    ge: NotRequired[pulumi.Input[int]]
    le: NotRequired[pulumi.Input[int]]


class PrefixListArgs(TypedDict):
    """Entries of one address family. The first entry that matches decides; a prefix without a match is denied."""

    name: pulumi.Input[str]
    entries: pulumi.Input[list[pulumi.Input[PrefixListEntryArgs]]]


class RouteMatchArgs(TypedDict):
    """The routes that an entry applies to: the routes that meet all conditions. Without conditions, every route."""

    prefix_list: NotRequired[pulumi.Input[str]]


class RouteSetArgs(TypedDict):
    """The attributes that a permit entry changes. `communities` replaces the communities of the route."""

    local_preference: NotRequired[pulumi.Input[float]]
    med: NotRequired[pulumi.Input[float]]
    communities: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    as_path_prepend: NotRequired[pulumi.Input[list[pulumi.Input[float]]]]


class RouteMapEntryArgs(TypedDict):
    """One entry. The first entry that matches decides."""

    action: NotRequired[pulumi.Input[str]]
    match: NotRequired[pulumi.Input[RouteMatchArgs]]
    set: NotRequired[pulumi.Input[RouteSetArgs]]


class RouteMapArgs(TypedDict):
    """Entries in order. A route that matches no entry is denied."""

    name: pulumi.Input[str]
    entries: pulumi.Input[list[pulumi.Input[RouteMapEntryArgs]]]
