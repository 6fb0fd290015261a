"""Makes docs/stack.md: every field of a stack file, from the schema, with examples from the shipped stacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from cli.field_texts import (
    TYPES,
    Schema,
    default_text,
    description,
    example_of,
    flow,
    length,
    members,
    number,
    paragraphs,
)
from cli.stack_examples import EXAMPLES, SHIPPED, WRITTEN
from cli.stack_snippets import ends, flat, snippets, stack_of
from config.load import PROJECT
from config.problems import PATTERNS
from config.schema import stack_file_schema

SECTIONS: dict[str, tuple[str, ...]] = {
    "Cluster": ("cluster",),
    "Nodes": ("nodes", "nodeGroups"),
    "Routers": ("routers",),
    "Outposts": ("outposts",),
    "Cilium": ("cilium",),
    "BGP": ("bgp",),
    "Pools": ("pools",),
    "Services": ("services",),
    "L2 announcements": ("l2Policies",),
    "Ingress": ("ingressController", "ingresses", "ingressAccess"),
    "Gateways": ("gatewayController", "gateways", "httpRoutes", "grpcRoutes", "tlsRoutes"),
    "Network policies": ("networkPolicies",),
    "Egress": ("egressPolicies", "egressHA"),
    "Workloads": ("workloads",),
    "Manifests": ("manifests",),
    "Waivers": ("waivers",),
}
# Models that are used in many places and have a section of their own.
_SELECTORS = {
    "LabelSelector": "Label selectors",
    "Requirement": "Requirements of label selectors",
    "EndpointSelector": "Endpoint selectors",
    "SourcedRequirement": "Requirements of endpoint selectors",
}
# The maximum length of an example.
_LONG = 60
_HEAD = """# The stack file

This page lists every field of `Pulumi.STACK.yaml` below `config: cilium-edge:stack`. `edge reference docs/stack.md`
makes the page from the models in `config/`. `docs/stack.schema.json` has the same fields for editors. An unknown key
is an error. The [rules](rules.md) check relations between fields.

`[]` means each entry of a list. FRR, Cilium's chart or the API decide about an unset field without a default. A time
without a unit is in seconds.
"""


class Page:
    def __init__(self, directory: Path) -> None:
        schema = stack_file_schema()
        self.root: Schema = schema["properties"]["config"]["properties"][f"{PROJECT}:stack"]
        self.definitions: dict[str, Schema] = schema["$defs"]
        self.snippets = dict(WRITTEN)
        self.values: dict[str, Any] = {}
        for name in reversed(SHIPPED):
            file = directory / f"Pulumi.{name}.yaml"
            if file.exists():
                self.snippets |= dict(snippets(file))
                self.values |= dict(flat(stack_of(file.read_text())))
        self.values = {**{p: v for t in WRITTEN.values() for p, v in flat(yaml.safe_load(t))}, **self.values}
        # Model -> its places, in page order. A union has a model with the fields that its members share.
        self.places: dict[str, list[str]] = {}
        self.section: dict[str, str] = {}
        for title, keys in SECTIONS.items():
            for key in keys:
                self._walk(self.root["properties"][key], key, title)
        # The models of the kinds of cluster.
        self.kinds = [model for model in self.places if self._kind(model)]
        self.anchors = anchors(list(self.titles()))

    def _walk(self, one: Schema, path: str, section: str) -> None:
        for model, where in _references(one, path):
            if model == "JsonValue":
                continue
            self.section.setdefault(model, "Selectors" if model in _SELECTORS else section)
            if where not in self.places.setdefault(model, []):
                self.places[model].append(where)
            for key, below in self.definitions[model]["properties"].items():
                self._walk(below, f"{where}.{key}", section)

    def titles(self) -> Iterator[str]:
        """The headings, in page order."""
        for title in (*SECTIONS, "Selectors"):
            yield title
            yield from ["cluster"] if title == "Cluster" else []
            yield from (self._title(model) for model in self.places if self.section[model] == title)

    def _kind(self, model: str) -> str:
        return str(self.definitions[model]["properties"].get("kind", {}).get("const", ""))

    def _title(self, model: str) -> str:
        kind = self._kind(model)
        if model in _SELECTORS:
            return _SELECTORS[model]
        place = self.places[model][0]
        if kind:
            return f"{place} (kind: {kind})"
        # An entry may have one of two models.
        several = sum(places[0] == place for places in self.places.values()) > 1
        return f"{place} ({model.lower()})" if several else place

    def markdown(self) -> str:
        parts = [_HEAD, self._contents()]
        for title, keys in SECTIONS.items():
            parts.append(f"## {title}\n")
            snippets = [self.snippets[key].strip("\n") for key in keys if key in self.snippets]
            if snippets:
                parts.append("```yaml\n" + "\n".join(snippets) + "\n```\n")
            if title == "Cluster":
                parts += ["### `cluster`\n", "The fields of every kind of cluster.\n"]
                parts.append(self._table(self.kinds[0], self._shared(self.kinds[0])))
            parts += [self._model(model) for model in self.places if self.section[model] == title]
        parts.append("## Selectors\n")
        parts += [self._model(model) for model in _SELECTORS]
        return "\n".join(parts)

    def _contents(self) -> str:
        lines = ["| key | type | default | what it is |", "| --- | --- | --- | --- |"]
        for title, keys in SECTIONS.items():
            for key in keys:
                one = self.root["properties"][key]
                default = default_text(one, key in self.root["required"])
                lines.append(
                    f"| [`{key}`](#{self.anchors[title]}) | {self._type(one)} | {default} | {description(one)} |"
                )
        return "\n".join(lines) + "\n"

    def _model(self, model: str) -> str:
        made, others = self.definitions[model], self.places[model][1:]
        said = [f"### {self._heading(model)}\n", paragraphs(made.get("description", ""))]
        if others and model not in _SELECTORS:
            said.append(f"Also at {', '.join(f'`{path}`' for path in others)}.\n")
        if model in self.kinds:
            said.append("In addition to the fields of every kind:\n")
        said.append(self._table(model, [key for key in made["properties"] if key not in self._shared(model)]))
        return "\n".join(said)

    def _table(self, model: str, keys: Iterable[str]) -> str:
        made, places = self.definitions[model], self.places[model]
        rows = ["| field | type | default | what it is | example |", "| --- | --- | --- | --- | --- |"]
        for key in keys:
            one = made["properties"][key]
            path = key if model in _SELECTORS else f"{places[0]}.{key}"
            default = default_text(one, key in made.get("required", ()))
            example = self._example([f"{place}.{key}" for place in places], one)
            rows.append(f"| `{path}` | {self._type(one)} | {default} | {description(one)} | {example} |")
        return "\n".join(rows) + "\n"

    def _shared(self, model: str) -> list[str]:
        """The fields that a model of several kinds shares with the other kinds."""
        if model not in self.kinds:
            return []
        each = [self.definitions[kind]["properties"] for kind in self.kinds]
        return [key for key, one in each[0].items() if all(other.get(key) == one for other in each)]

    def _heading(self, model: str) -> str:
        title = self._title(model)
        return title if model in _SELECTORS else f"`{title}`"

    def _type(self, one: Schema) -> str:
        """The type as text, with its limits."""
        if "$ref" in one:
            model = one["$ref"].rpartition("/")[2]
            return "anything" if model == "JsonValue" else f"[object](#{self.anchors[self._title(model)]})"
        types = members(one)
        if types:
            return " or ".join(dict.fromkeys(self._type(each) for each in types))
        if "enum" in one or "const" in one:
            return " or ".join(f"`{flow(value)}`" for value in one.get("enum", [one.get("const")]))
        if one.get("title") in TYPES:
            return str(one["title"])
        match one.get("type"):
            case "array":
                least = ", at least one" if one.get("minItems") else ""
                return f"list of {self._type(one.get('items', {}))}{least}"
            case "object":
                values = [*one.get("patternProperties", {}).values(), one.get("additionalProperties")]
                inside = next((value for value in values if isinstance(value, dict)), {})
                return f"map of {self._type(inside)}"
            case "integer" | "number":
                return number(one)
            case "string":
                return str(PATTERNS.get(one.get("pattern", ""), length(one))).replace("|", "\\|")
            case "boolean":
                return "true or false"
        return "anything"

    def _example(self, paths: list[str], one: Schema) -> str:
        """An example: from a shipped stack, hand-written, or made from the type; empty if a table has the fields."""
        found = [self.values[path] for path in paths if path in self.values]
        found = [one["const"]] if "const" in one else found
        example = next((value for value in found if value != one.get("default")), None)
        text = "" if example is None else flow(example)
        if example is None or len(text) > _LONG:
            by_hand = [EXAMPLES[end] for end in sorted(EXAMPLES, key=len, reverse=True) if ends(paths[0], end)]
            text = next(iter(by_hand), "") or example_of(one)
        elsewhere = "$ref" in str(one) and (isinstance(example, (dict, list)) or not text)
        return f"`{text}`" if text and not elsewhere else ""


def markdown(directory: Path) -> str:
    """The whole document, with examples from the shipped stacks in the directory."""
    return Page(directory).markdown()


def _references(one: Schema, path: str) -> Iterator[tuple[str, str]]:
    """The models that a property refers to, with their places."""
    if "$ref" in one:
        yield one["$ref"].rpartition("/")[2], path
    for each in members(one):
        yield from _references(each, path)
    if isinstance(one.get("items"), dict):
        yield from _references(one["items"], f"{path}[]")
    for each in (*one.get("patternProperties", {}).values(), one.get("additionalProperties")):
        if isinstance(each, dict):
            yield from _references(each, f"{path}.KEY")


def anchors(titles: list[str]) -> dict[str, str]:
    """Heading -> anchor for links. A repeated heading gets a number."""
    used: dict[str, int] = {}
    found: dict[str, str] = {}
    for title in titles:
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        number = used[slug] = used.get(slug, -1) + 1
        found[title] = f"{slug}-{number}" if number else slug
    return found
