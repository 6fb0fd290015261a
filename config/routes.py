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
    namespace: LabelName | None = None
    section_name: ObjectName | None = None
    port: Port | None = None


class RouteBackend(Model):
    """A Service, and its share of the requests. A Service in another namespace needs a ReferenceGrant there."""

    service: LabelName
    port: Port
    namespace: LabelName | None = None
    weight: Annotated[int, Field(ge=0, le=1000000)] = 1


class ValueMatch(Model):
    """A header or a query parameter, and the value to match."""

    name: Token
    value: str
    match_type: Literal["Exact", "RegularExpression"] = "Exact"


class HttpRouteMatch(Model):
    """Requests that meet all of these conditions."""

    path: str = "/"
    path_type: Literal["PathPrefix", "Exact", "RegularExpression"] = "PathPrefix"
    method: Method | None = None
    headers: tuple[ValueMatch, ...] = ()
    query_params: tuple[ValueMatch, ...] = ()

    @model_validator(mode="after")
    def _rooted(self) -> HttpRouteMatch:
        if self.path_type != "RegularExpression" and not self.path.startswith("/"):
            raise ValueError("a path that begins with a slash")
        return self


class NewPath(Model):
    """The new path: a whole path, or a new prefix for the prefix that matched."""

    replace_full_path: str | None = None
    replace_prefix_match: str | None = None

    @model_validator(mode="after")
    def _one(self) -> NewPath:
        if (self.replace_full_path is None) == (self.replace_prefix_match is None):
            raise ValueError("replaceFullPath or replacePrefixMatch")
        return self


class Redirect(Model):
    """The redirect that a client gets. What is unset stays as in the request."""

    scheme: Literal["http", "https"] | None = None
    hostname: HostName | None = None
    port: Port | None = None
    path: NewPath | None = None
    status_code: Literal[301, 302, 303, 307, 308] = 302


class Rewrite(Model):
    """The host and the path that the backend sees instead."""

    hostname: HostName | None = None
    path: NewPath | None = None


class HeaderChanges(Model):
    """Headers to set, to add and to remove."""

    set: dict[Token, str] = {}
    add: dict[Token, str] = {}
    remove: tuple[Token, ...] = ()


class HttpRouteRule(Model):
    """Requests that match (without matches: all), the changes to them, and the backends that answer them."""

    matches: tuple[HttpRouteMatch, ...] = ()
    backends: tuple[RouteBackend, ...] = ()
    redirect: Redirect | None = None
    rewrite: Rewrite | None = None
    request_headers: HeaderChanges | None = None
    response_headers: HeaderChanges | None = None
    mirrors: tuple[RouteBackend, ...] = ()
    timeout: Duration | None = None

    @model_validator(mode="after")
    def _answered(self) -> HttpRouteRule:
        if self.redirect is not None and (self.backends or self.rewrite is not None):
            raise ValueError("redirect, or backends with or without rewrite")
        return self


class GrpcRouteMatch(Model):
    """Calls of a service, or of one method of the service."""

    service: str | None = None
    method: str | None = None
    match_type: Literal["Exact", "RegularExpression"] = "Exact"
    headers: tuple[ValueMatch, ...] = ()


class GrpcRouteRule(Model):
    """Calls that match (without matches: all), and the backends that answer them."""

    matches: tuple[GrpcRouteMatch, ...] = ()
    backends: tuple[RouteBackend, ...] = ()
    request_headers: HeaderChanges | None = None
    response_headers: HeaderChanges | None = None


class Route(Model):
    """What routes of every kind have. No hostnames: those of the listeners."""

    name: ObjectName
    namespace: LabelName = "default"
    labels: Labels = {}
    annotations: dict[str, str] = {}
    parents: Annotated[tuple[ParentRef, ...], Field(min_length=1)]
    hostnames: tuple[DnsPattern, ...] = ()


class HttpRoute(Route):
    """An HTTPRoute."""

    rules: Annotated[tuple[HttpRouteRule, ...], Field(min_length=1)]


class GrpcRoute(Route):
    """A GRPCRoute."""

    rules: Annotated[tuple[GrpcRouteRule, ...], Field(min_length=1)]


class TlsRoute(Route):
    """A TLSRoute: forwards TLS connections without decryption, by the server name that the client asks for."""

    backends: Annotated[tuple[RouteBackend, ...], Field(min_length=1)]
