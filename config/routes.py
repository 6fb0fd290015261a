"""Routes of the Gateway API: which requests go from which Gateway to which Services."""

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
    """The one listener of that name; unset: all that take the route."""
    port: Port | None = None
    """The listeners of that port; unset: all that take the route."""


class RouteBackend(Model):
    """A Service, and its share of the requests. A Service in another namespace needs a ReferenceGrant there."""

    service: LabelName
    """The Service's name."""
    port: Port
    """The Service's port."""
    namespace: LabelName | None = None
    """The Service's namespace, where it is another one (it takes a ReferenceGrant)."""
    weight: Annotated[int, Field(ge=0, le=1000000)] = 1
    """The Service's share of the requests, among those of the rule."""


class ValueMatch(Model):
    """A header or a query parameter, and the value to match."""

    name: Token
    """The name of the header or parameter."""
    value: str
    """What it is to be."""
    match_type: Literal["Exact", "RegularExpression"] = "Exact"
    """How it is compared."""


class HttpRouteMatch(Model):
    """Requests that meet all of these conditions."""

    path: str = "/"
    """The path of the request."""
    path_type: Literal["PathPrefix", "Exact", "RegularExpression"] = "PathPrefix"
    """How the path is compared."""
    method: Method | None = None
    """The method; unset: any."""
    headers: tuple[ValueMatch, ...] = ()
    """Headers that the request has."""
    query_params: tuple[ValueMatch, ...] = ()
    """Parameters that its query has."""

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
    """What stands in place of the prefix that matched."""

    @model_validator(mode="after")
    def _one(self) -> NewPath:
        if (self.replace_full_path is None) == (self.replace_prefix_match is None):
            raise ValueError("replaceFullPath or replacePrefixMatch")
        return self


class Redirect(Model):
    """The redirect that a client gets. What is unset stays as in the request."""

    scheme: Literal["http", "https"] | None = None
    """The new scheme."""
    hostname: HostName | None = None
    """The new host."""
    port: Port | None = None
    """The new port."""
    path: NewPath | None = None
    """The new path."""
    status_code: Literal[301, 302, 303, 307, 308] = 302
    """The status that the client gets."""


class Rewrite(Model):
    """The host and the path that the backend sees instead."""

    hostname: HostName | None = None
    """The host that the backend is asked for."""
    path: NewPath | None = None
    """The path that the backend is asked for."""


class HeaderChanges(Model):
    """Headers to set, to add and to remove."""

    set: dict[Token, str] = {}
    """Headers that are set."""
    add: dict[Token, str] = {}
    """Headers that are added to those there are."""
    remove: tuple[Token, ...] = ()
    """Headers that are taken away."""


class HttpRouteRule(Model):
    """Requests that match (without matches: all), the changes to them, and the backends that answer them."""

    matches: tuple[HttpRouteMatch, ...] = ()
    """Which requests, of which one match is enough; none: all."""
    backends: tuple[RouteBackend, ...] = ()
    """Who answers."""
    redirect: Redirect | None = None
    """The answer that sends clients elsewhere, in place of backends."""
    rewrite: Rewrite | None = None
    """What the backend is asked instead."""
    request_headers: HeaderChanges | None = None
    """What is changed of the request's headers."""
    response_headers: HeaderChanges | None = None
    """What is changed of the answer's headers."""
    mirrors: tuple[RouteBackend, ...] = ()
    """Services that get a copy of each request."""
    timeout: Duration | None = None
    """How long an answer may take."""

    @model_validator(mode="after")
    def _answered(self) -> HttpRouteRule:
        if self.redirect is not None and (self.backends or self.rewrite is not None):
            raise ValueError("redirect, or backends with or without rewrite")
        return self


class GrpcRouteMatch(Model):
    """Calls of a service, or of one method of the service."""

    service: str | None = None
    """The service that is called; unset: any."""
    method: str | None = None
    """The method that is called; unset: any."""
    match_type: Literal["Exact", "RegularExpression"] = "Exact"
    """How service and method are compared."""
    headers: tuple[ValueMatch, ...] = ()
    """Headers that the call has."""


class GrpcRouteRule(Model):
    """Calls that match (without matches: all), and the backends that answer them."""

    matches: tuple[GrpcRouteMatch, ...] = ()
    """Which calls, of which one match is enough; none: all."""
    backends: tuple[RouteBackend, ...] = ()
    """Who answers."""
    request_headers: HeaderChanges | None = None
    """What is changed of the call's headers."""
    response_headers: HeaderChanges | None = None
    """What is changed of the answer's headers."""


class Route(Model):
    """What routes of every kind have. No hostnames: those of the listeners."""

    name: ObjectName
    """The object's name."""
    namespace: LabelName = "default"
    """The object's namespace."""
    labels: Labels = {}
    """The object's labels."""
    annotations: dict[str, str] = {}
    """The object's annotations."""
    parents: Annotated[tuple[ParentRef, ...], Field(min_length=1)]
    """The Gateways that it joins."""
    hostnames: tuple[DnsPattern, ...] = ()
    """The hosts that it is for; none: those of the listeners."""


class HttpRoute(Route):
    """An HTTPRoute."""

    rules: Annotated[tuple[HttpRouteRule, ...], Field(min_length=1)]
    """Which requests go where."""


class GrpcRoute(Route):
    """A GRPCRoute."""

    rules: Annotated[tuple[GrpcRouteRule, ...], Field(min_length=1)]
    """Which calls go where."""


class TlsRoute(Route):
    """A TLSRoute: forwards TLS connections without decryption, by the server name that the client asks for."""

    backends: Annotated[tuple[RouteBackend, ...], Field(min_length=1)]
    """Who answers."""
