"""Arguments as `config/routes.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi


class ParentRefArgs(TypedDict):
    """The Gateway of a route. A name or a port selects a listener; otherwise all listeners that accept the route."""

    name: pulumi.Input[str]
    namespace: NotRequired[pulumi.Input[str]]
    section_name: NotRequired[pulumi.Input[str]]
    port: NotRequired[pulumi.Input[int]]


class ValueMatchArgs(TypedDict):
    """A header or a query parameter, and the value to match."""

    name: pulumi.Input[str]
    value: pulumi.Input[str]
    match_type: NotRequired[pulumi.Input[str]]


class HttpRouteMatchArgs(TypedDict):
    """Requests that meet all of these conditions."""

    path: NotRequired[pulumi.Input[str]]
    path_type: NotRequired[pulumi.Input[str]]
    method: NotRequired[pulumi.Input[str]]
    headers: NotRequired[pulumi.Input[list[pulumi.Input[ValueMatchArgs]]]]
    query_params: NotRequired[pulumi.Input[list[pulumi.Input[ValueMatchArgs]]]]


class RouteBackendArgs(TypedDict):
    """A Service, and its share of the requests. A Service in another namespace needs a ReferenceGrant there."""

    service: pulumi.Input[str]
    port: pulumi.Input[int]
    namespace: NotRequired[pulumi.Input[str]]
    weight: NotRequired[pulumi.Input[int]]


class NewPathArgs(TypedDict):
    """The new path: a whole path, or a new prefix for the prefix that matched."""

    replace_full_path: NotRequired[pulumi.Input[str]]
    replace_prefix_match: NotRequired[pulumi.Input[str]]


class RedirectArgs(TypedDict):
    """The redirect that a client gets. Unset parts of the URL stay as in the request."""

    scheme: NotRequired[pulumi.Input[str]]
    hostname: NotRequired[pulumi.Input[str]]
    port: NotRequired[pulumi.Input[int]]
    path: NotRequired[pulumi.Input[NewPathArgs]]
    status_code: NotRequired[pulumi.Input[int]]


class RewriteArgs(TypedDict):
    """The host and the path that the backend sees instead."""

    hostname: NotRequired[pulumi.Input[str]]
    path: NotRequired[pulumi.Input[NewPathArgs]]


class HeaderChangesArgs(TypedDict):
    """Headers to set, to add and to remove."""

    set: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    add: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    remove: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class HttpRouteRuleArgs(TypedDict):
    """Requests that match (without matches: all), the changes to them, and the backends that answer them."""

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
    """Calls of a service, or of one method of the service."""

    service: NotRequired[pulumi.Input[str]]
    method: NotRequired[pulumi.Input[str]]
    match_type: NotRequired[pulumi.Input[str]]
    headers: NotRequired[pulumi.Input[list[pulumi.Input[ValueMatchArgs]]]]


class GrpcRouteRuleArgs(TypedDict):
    """Calls that match (without matches: all), and the backends that answer them."""

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
    """A TLSRoute: forwards TLS connections without decryption, by the server name of the client (SNI)."""

    name: str
    namespace: NotRequired[str]
    labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    annotations: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    parents: pulumi.Input[list[pulumi.Input[ParentRefArgs]]]
    hostnames: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    backends: pulumi.Input[list[pulumi.Input[RouteBackendArgs]]]
