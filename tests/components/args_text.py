"""The typed dicts of components/args, as text, from the models of config: what `pulumi` needs to make a schema of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Le
from pydantic.fields import FieldInfo

from config.base import Model
from config.bgp import AdvertisementSet, AuthSecret, ClusterConfig, NodeOverride, PeerConfig
from config.cilium import Cilium
from config.egress import EgressGroup, EgressHA, EgressPolicy
from config.gateway import Gateway, GatewayController, Listener, ListenerTls
from config.ingress import Ingress, IngressController, IngressTls
from config.ingress_access import IngressAccess
from config.l2 import L2Policy
from config.node import Interface
from config.policy import NetworkPolicy
from config.pool import Pool
from config.router import RouterBgp, StaticRoute
from config.routes import GrpcRoute, HttpRoute, TlsRoute

# What components take, whole or in a list.
ROOTS: tuple[type[Model], ...] = (
    Interface,
    RouterBgp,
    StaticRoute,
    Cilium,
    IngressController,
    AdvertisementSet,
    PeerConfig,
    ClusterConfig,
    NodeOverride,
    AuthSecret,
    Pool,
    Ingress,
    IngressAccess,
    NetworkPolicy,
    EgressPolicy,
    EgressHA,
    L2Policy,
    Gateway,
    HttpRoute,
    GrpcRoute,
    TlsRoute,
    GatewayController,
)
# Fields that decide which resources there are, or what their names are: they cannot come late.
PLAIN = {
    (AdvertisementSet, "name"),
    (PeerConfig, "name"),
    (ClusterConfig, "name"),
    (NodeOverride, "node"),
    (AuthSecret, "name"),
    (AuthSecret, "password_config"),
    (Pool, "name"),
    (Ingress, "name"),
    (Ingress, "namespace"),
    (Ingress, "tls"),
    *(
        (model, field)
        for model in (IngressTls, ListenerTls)
        for field in ("secret_name", "certificate_config", "key_config")
    ),
    (Gateway, "listeners"),
    (Listener, "tls"),
    *((model, field) for model in (Gateway, HttpRoute, GrpcRoute, TlsRoute) for field in ("name", "namespace")),
    (Cilium, "version"),
    (Cilium, "edition"),
    (Cilium, "namespace"),
    (Cilium, "ready_timeout"),
    (IngressAccess, "backends"),
    (IngressAccess, "lockdown"),
    (IngressAccess, "admission"),
    (NetworkPolicy, "name"),
    (NetworkPolicy, "namespace"),
    (L2Policy, "name"),
    (EgressPolicy, "name"),
    (EgressPolicy, "kind"),
    (EgressGroup, "node_selector"),
}
_TEXTS = (str, IPv4Address, IPv6Address, IPv4Interface, IPv6Interface, IPv4Network, IPv6Network)
# The largest value of Pulumi's `integer`: AS numbers and metrics are larger, and become its `number`.
_INTEGER = 2**31 - 1
_HEAD = '''"""Arguments as `config/{module}.py` has them: made from its models, kept by tests/components/test_args."""

from typing import {names}

import pulumi
{imports}'''


def texts() -> dict[str, str]:
    """Module of components/args -> its text."""
    by_module: dict[str, list[type[Model]]] = {}
    for model in dict.fromkeys(each for root in ROOTS for each in _used(root)):
        by_module.setdefault(model.__module__.removeprefix("config."), []).append(model)
    return {module: _module(module, models) for module, models in sorted(by_module.items())}


def _used(model: type[Model]) -> Iterator[type[Model]]:
    """The models that a model is made of, each before those that have it, and itself."""
    for field in model.model_fields.values():
        for below in _models(field.annotation):
            yield from _used(below)
    yield model


def _models(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, Model):
        yield annotation
    for part in get_args(annotation) if get_origin(annotation) is not Literal else ():
        yield from _models(part)


def _module(module: str, models: list[type[Model]]) -> str:
    classes = [_class(model) for model in models]
    others = {
        below
        for model in models
        for field in model.model_fields.values()
        for below in _models(field.annotation)
        if below.__module__ != f"config.{module}"
    }
    imports: dict[str, set[str]] = {}
    for other in others:
        imports.setdefault(other.__module__.removeprefix("config."), set()).add(f"{other.__name__}Args")
    lines = [f"from components.args.{name} import {', '.join(sorted(some))}" for name, some in sorted(imports.items())]
    body = "\n\n\n".join(classes)
    names = [name for name in ("Any", "NotRequired", "TypedDict") if name in body]
    head = _HEAD.format(module=module, names=", ".join(names), imports="\n" + "\n".join(lines) + "\n" if lines else "")
    return f"{head}\n\n{body}\n"


def _class(model: type[Model]) -> str:
    doc = "\n".join(f"    {line}".rstrip() for line in (model.__doc__ or "").strip().splitlines()).strip()
    lines = [f"class {model.__name__}Args(TypedDict):", *_docstring(doc), ""]
    for name, field in model.model_fields.items():
        plain = (model, name) in PLAIN
        kind = "float" if _wide(field.metadata) else _kind(field.annotation, plain=plain)
        whole = kind if plain else f"pulumi.Input[{kind}]"
        lines.append(f"    {name}: {whole if field.is_required() else f'NotRequired[{whole}]'}")
    return "\n".join(lines)


def _docstring(doc: str) -> list[str]:
    # Lines after the first one have the class's own indentation from `__doc__`.
    lines = [line.strip() for line in doc.splitlines()]
    if len(lines) == 1:
        return [f'    """{lines[0]}"""']
    return [f'    """{lines[0]}', *(f"    {line}" if line else "" for line in lines[1:]), '    """']


def _wide(metadata: Iterable[Any]) -> bool:
    """Whether a number may be larger than an `integer` of Pulumi's schema, which has 32 bits in C# and Java."""
    bounds = [bound for one in metadata for bound in (one.metadata if isinstance(one, FieldInfo) else (one,))]
    return any(isinstance(bound, Le) and bound.le > _INTEGER for bound in bounds)  # type: ignore[operator]


def _kind(annotation: Any, *, plain: bool = False) -> str:
    def inside(part: Any) -> str:
        kind = _kind(part)
        return kind if kind == "Any" else f"pulumi.Input[{kind}]"

    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return "float" if _wide(parts[1:]) else _kind(parts[0], plain=plain)
    if origin is Literal:
        kinds = {type(value).__name__ for value in parts}
        return kinds.pop() if len(kinds) == 1 else "Any"
    if origin in (Union, UnionType):
        members = {_kind(part, plain=plain) for part in parts if part is not type(None)}
        return members.pop() if len(members) == 1 else "Any"
    if origin is tuple:
        return f"list[{inside(parts[0])}]"
    if origin is dict:
        return f"dict[str, {inside(parts[1])}]"
    if annotation is Any:
        return "Any"
    if issubclass(annotation, Model):
        return f"{annotation.__name__}Args"
    return "str" if issubclass(annotation, _TEXTS) else str(annotation.__name__)
