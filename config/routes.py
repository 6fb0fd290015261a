"""Routes of the Gateway API, from Gateways to Services."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.labels import Labels
from config.net import LabelName, ObjectName, Port
from config.text import DnsPattern, HostName

_TOKEN = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$"
_DURATION = r"^([0-9]{1,5}(h|m|s|ms)){1,4}$"
PATTERNS = {
    _TOKEN: "the name of a header or parameter",
    _DURATION: "a duration such as 10s or 500ms",
}
Token = Annotated[str, Field(pattern=_TOKEN)]
Duration = Annotated[str, Field(pattern=_DURATION)]
Method = Literal["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]


class ParentRef(Model):
    """The Gateway of a route. A name or a port selects a listener; otherwise all listeners that accept the route."""

    name: ObjectName
    """The Gateway's name."""
    namespace: LabelName | None = None
    """The Gateway's namespace; unset: the route's."""
    section_name: ObjectName | None = None
    """The name of the listener; unset: all listeners that accept the route."""
    port: Port | None = None
    """The port of the listeners; unset: all listeners that accept the route."""


class RouteBackend(Model):
    """A Service, and its share of the requests. A Service in another namespace needs a ReferenceGrant there."""

    service: LabelName
    """The Service's name."""
    port: Port
    """The Service's port."""
    namespace: LabelName | None = None
    """The Service's namespace, if not the route's (needs a ReferenceGrant there); unset: the route's."""
    weight: Annotated[int, Field(ge=0, le=1000000)] = 1
    """The Service's share of the requests, relative to the other backends of the rule."""


class ValueMatch(Model):
    """A header or a query parameter, and the value to match."""

    name: Token
    """The name of the header or parameter."""
    value: str
    """The expected value."""
    match_type: Literal["Exact", "RegularExpression"] = "Exact"
    """How the value is matched."""


class HttpRouteMatch(Model):
    """Requests that meet all of these conditions."""

    path: str = "/"
    """The path of the request."""
    path_type: Literal["PathPrefix", "Exact", "RegularExpression"] = "PathPrefix"
    """How the path is matched."""
    method: Method | None = None
    """The method; unset: any."""
    headers: tuple[ValueMatch, ...] = ()
    """Headers that the request must have."""
    query_params: tuple[ValueMatch, ...] = ()
    """Query parameters that the request must have."""

    @model_validator(mode="after")
    def _rooted(self) -> HttpRouteMatch:
        if self.path_type != "RegularExpression" and not self.path.startswith("/"):
            raise ValueError("a path that begins with a slash")
        return self


class NewPath(Model):
    """The new path: a whole path, or a new prefix for the prefix that matched."""

    replace_full_path: str | None = None
    """The whole new path."""
    replace_prefix_match: str | None = None
    """The replacement of the matched prefix."""

    @model_validator(mode="after")
    def _one(self) -> NewPath:
        if (self.replace_full_path is None) == (self.replace_prefix_match is None):
            raise ValueError("replaceFullPath or replacePrefixMatch")
        return self


class Redirect(Model):
    """The redirect that a client gets. Unset parts of the URL stay as in the request."""

    scheme: Literal["http", "https"] | None = None
    """The new scheme."""
    hostname: HostName | None = None
    """The new host."""
    port: Port | None = None
    """The new port."""
    path: NewPath | None = None
    """The new path."""
    status_code: Literal[301, 302, 303, 307, 308] = 302
    """The HTTP status of the redirect."""


class Rewrite(Model):
    """The host and the path that the backend sees instead."""

    hostname: HostName | None = None
    """The new host."""
    path: NewPath | None = None
    """The new path."""


class HeaderChanges(Model):
    """Headers to set, to add and to remove."""

    set: dict[Token, str] = {}
    """Headers to set."""
    add: dict[Token, str] = {}
    """Headers to add, besides existing values."""
    remove: tuple[Token, ...] = ()
    """Headers to remove."""


class HttpRouteRule(Model):
    """Requests that match (without matches: all), the changes to them, and the backends that answer them."""

    matches: tuple[HttpRouteMatch, ...] = ()
    """The matching requests (one match is enough); none: all requests."""
    backends: tuple[RouteBackend, ...] = ()
    """The backends."""
    redirect: Redirect | None = None
    """A redirect, instead of backends."""
    rewrite: Rewrite | None = None
    """Changes to host and path before the request goes to the backend."""
    request_headers: HeaderChanges | None = None
    """Changes to the headers of the request."""
    response_headers: HeaderChanges | None = None
    """Changes to the headers of the response."""
    mirrors: tuple[RouteBackend, ...] = ()
    """Services that get a copy of each request."""
    timeout: Duration | None = None
    """The maximum duration until the response is complete."""

    @model_validator(mode="after")
    def _answered(self) -> HttpRouteRule:
        if self.redirect is not None and (self.backends or self.rewrite is not None):
            raise ValueError("redirect, or backends with or without rewrite")
        return self


class GrpcRouteMatch(Model):
    """Calls of a service, or of one method of the service."""

    service: str | None = None
    """The called service; unset: any."""
    method: str | None = None
    """The called method; unset: any."""
    match_type: Literal["Exact", "RegularExpression"] = "Exact"
    """How service and method are matched."""
    headers: tuple[ValueMatch, ...] = ()
    """Headers that the call must have."""


class GrpcRouteRule(Model):
    """Calls that match (without matches: all), and the backends that answer them."""

    matches: tuple[GrpcRouteMatch, ...] = ()
    """The matching calls (one match is enough); none: all calls."""
    backends: tuple[RouteBackend, ...] = ()
    """The backends."""
    request_headers: HeaderChanges | None = None
    """Changes to the headers of the call."""
    response_headers: HeaderChanges | None = None
    """Changes to the headers of the response."""


class Route(Model):
    """Settings of routes of every kind."""

    name: ObjectName
    """The object's name."""
    namespace: LabelName = "default"
    """The object's namespace."""
    labels: Labels = {}
    """The object's labels."""
    annotations: dict[str, str] = {}
    """The object's annotations."""
    parents: Annotated[tuple[ParentRef, ...], Field(min_length=1)]
    """The Gateways (or single listeners) that the route attaches to."""
    hostnames: tuple[DnsPattern, ...] = ()
    """The hosts of the route; none: the hosts of the listeners."""


class HttpRoute(Route):
    """An HTTPRoute."""

    rules: Annotated[tuple[HttpRouteRule, ...], Field(min_length=1)]
    """The rules for requests."""


class GrpcRoute(Route):
    """A GRPCRoute."""

    rules: Annotated[tuple[GrpcRouteRule, ...], Field(min_length=1)]
    """The rules for calls."""


class TlsRoute(Route):
    """A TLSRoute: forwards TLS connections without decryption, by the server name of the client (SNI)."""

    backends: Annotated[tuple[RouteBackend, ...], Field(min_length=1)]
    """The backends."""
