"""Arguments as `config/routes.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi


class ParentRefArgs(TypedDict):
    """The Gateway that a route belongs to; of its listeners the one of that name or port, or all that take it."""

    name: pulumi.Input[str]
    namespace: NotRequired[pulumi.Input[str]]
    section_name: NotRequired[pulumi.Input[str]]
    port: NotRequired[pulumi.Input[int]]


class ValueMatchArgs(TypedDict):
    """A header or a parameter of the query, and what it is to be."""

    name: pulumi.Input[str]
    value: pulumi.Input[str]
    match_type: NotRequired[pulumi.Input[str]]


class HttpRouteMatchArgs(TypedDict):
    """Requests with all of this."""

    path: NotRequired[pulumi.Input[str]]
    path_type: NotRequired[pulumi.Input[str]]
    method: NotRequired[pulumi.Input[str]]
    headers: NotRequired[pulumi.Input[list[pulumi.Input[ValueMatchArgs]]]]
    query_params: NotRequired[pulumi.Input[list[pulumi.Input[ValueMatchArgs]]]]


class RouteBackendArgs(TypedDict):
    """A Service, and its share of the requests. One of another namespace has to be allowed by a ReferenceGrant."""

    service: pulumi.Input[str]
    port: pulumi.Input[int]
    namespace: NotRequired[pulumi.Input[str]]
    weight: NotRequired[pulumi.Input[int]]


class NewPathArgs(TypedDict):
    """Another path: a whole one, or another beginning in place of the one that matched."""

    replace_full_path: NotRequired[pulumi.Input[str]]
    replace_prefix_match: NotRequired[pulumi.Input[str]]


class RedirectArgs(TypedDict):
    """The answer that sends a client elsewhere; what is not said stays as it was asked."""

    scheme: NotRequired[pulumi.Input[str]]
    hostname: NotRequired[pulumi.Input[str]]
    port: NotRequired[pulumi.Input[int]]
    path: NotRequired[pulumi.Input[NewPathArgs]]
    status_code: NotRequired[pulumi.Input[int]]


class RewriteArgs(TypedDict):
    """What the backend is asked instead."""

    hostname: NotRequired[pulumi.Input[str]]
    path: NotRequired[pulumi.Input[NewPathArgs]]


class HeaderChangesArgs(TypedDict):
    """Headers that are set, added and taken away."""

    set: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    add: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    remove: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class HttpRouteRuleArgs(TypedDict):
    """Requests that match (without matches: all), what is changed of them, and who answers."""

    matches: NotRequired[pulumi.Input[list[pulumi.Input[HttpRouteMatchArgs]]]]
    backends: NotRequired[pulumi.Input[list[pulumi.Input[RouteBackendArgs]]]]
    redirect: NotRequired[pulumi.Input[RedirectArgs]]
    rewrite: NotRequired[pulumi.Input[RewriteArgs]]
    request_headers: NotRequired[pulumi.Input[HeaderChangesArgs]]
    response_headers: NotRequired[pulumi.Input[HeaderChangesArgs]]
    mirrors: NotRequired[pulumi.Input[list[pulumi.Input[RouteBackendArgs]]]]
    timeout: NotRequired[pulumi.Input[str]]


class HttpRouteArgs(TypedDict):
    """An HTTPRoute."""

    name: str
    namespace: NotRequired[str]
    labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    annotations: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    parents: pulumi.Input[list[pulumi.Input[ParentRefArgs]]]
    hostnames: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    rules: pulumi.Input[list[pulumi.Input[HttpRouteRuleArgs]]]


class GrpcRouteMatchArgs(TypedDict):
    """Calls of a service, or of one method of it."""

    service: NotRequired[pulumi.Input[str]]
    method: NotRequired[pulumi.Input[str]]
    match_type: NotRequired[pulumi.Input[str]]
    headers: NotRequired[pulumi.Input[list[pulumi.Input[ValueMatchArgs]]]]


class GrpcRouteRuleArgs(TypedDict):
    """Calls that match (without matches: all), and who answers."""

    matches: NotRequired[pulumi.Input[list[pulumi.Input[GrpcRouteMatchArgs]]]]
    backends: NotRequired[pulumi.Input[list[pulumi.Input[RouteBackendArgs]]]]
    request_headers: NotRequired[pulumi.Input[HeaderChangesArgs]]
    response_headers: NotRequired[pulumi.Input[HeaderChangesArgs]]


class GrpcRouteArgs(TypedDict):
    """A GRPCRoute."""

    name: str
    namespace: NotRequired[str]
    labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    annotations: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    parents: pulumi.Input[list[pulumi.Input[ParentRefArgs]]]
    hostnames: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    rules: pulumi.Input[list[pulumi.Input[GrpcRouteRuleArgs]]]


class TlsRouteArgs(TypedDict):
    """A TLSRoute: connections that pass through as they are, by the name that the client asks for."""

    name: str
    namespace: NotRequired[str]
    labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    annotations: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    parents: pulumi.Input[list[pulumi.Input[ParentRefArgs]]]
    hostnames: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    backends: pulumi.Input[list[pulumi.Input[RouteBackendArgs]]]
