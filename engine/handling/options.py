"""How the engine handles resource options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from engine.handling.fate import Fate


@dataclass(frozen=True)
class Option:
    """One field of a registration. `name`: the resource option as users write it."""

    name: str
    fate: Fate
    why: str = ""


def _done(name: str, why: str = "") -> Option:
    return Option(name, Fate.DONE, why)


def _refused(name: str, why: str) -> Option:
    return Option(name, Fate.REFUSED, why)


_PROTOCOL = Option("", Fate.NOTHING, "internal to the SDK")
_PLUGINS = Option("", Fate.NOTHING, "the built-in engine has no plugins")
CALLBACK = "the built-in engine calls no function of the program"

# Field of `RegisterResourceRequest` -> its handling.
OPTIONS: Mapping[str, Option] = {
    "type": _done("type"),
    "name": _done("name"),
    "parent": _done("parent"),
    "custom": _done("custom"),
    "object": _done("inputs"),
    "protect": _done("protect"),
    "dependencies": _done("depends_on"),
    "provider": _done("provider"),
    "propertyDependencies": _done("inputs", "the resources that an input comes from"),
    "deleteBeforeReplace": _done("delete_before_replace"),
    "deleteBeforeReplaceDefined": _done("delete_before_replace"),
    "version": _done("version", "names the default provider, as the CLI does"),
    "ignoreChanges": _done("ignore_changes"),
    "additionalSecretOutputs": _done("additional_secret_outputs"),
    "aliases": _done("aliases"),
    "aliasURNs": _done("aliases"),
    "importId": _done("import_", "objects of Kubernetes; other types are refused"),
    "customTimeouts": _done("custom_timeouts"),
    "replaceOnChanges": _done("replace_on_changes"),
    "retainOnDelete": _done("retain_on_delete"),
    "deletedWith": _done("deleted_with"),
    "replace_with": _done("replace_with"),
    "replacement_trigger": _done("replacement_trigger"),
    "hideDiffs": _done("hide_diffs"),
    "remote": _refused("a remote component", "a plugin builds it"),
    "transforms": _refused("transforms", CALLBACK),
    "hooks": _refused("hooks", CALLBACK),
    "state_migrations": _refused("state_migrations", CALLBACK),
    "envVarMappings": _refused("env_var_mappings", "the built-in engine has no plugins"),
    "providers": Option("providers", Fate.NOTHING, "the SDK passes the providers to the children"),
    "packageRef": _PLUGINS,
    "pluginDownloadURL": _PLUGINS,
    "pluginChecksums": _PLUGINS,
    "acceptSecrets": _PROTOCOL,
    "acceptResources": _PROTOCOL,
    "supportsPartialValues": _PROTOCOL,
    "supportsResultReporting": _PROTOCOL,
    "accepts_byte_string": _PROTOCOL,
    "aliasSpecs": _PROTOCOL,
    "sourcePosition": _PROTOCOL,
    "stackTrace": _PROTOCOL,
    "parentStackTraceHandle": _PROTOCOL,
    "snippetId": _PROTOCOL,
}


def refused_options(request: Any) -> Iterator[str]:
    """One message for each part of a registration request that is not carried out, with the reason."""
    for field, value in request.ListFields():
        if isinstance(value, Message) and not value.ByteSize():
            # Present but empty.
            continue
        option = OPTIONS.get(field.name)
        if option is None:
            yield f"the option {field.name} (of a newer SDK)"
        elif option.fate is Fate.REFUSED:
            yield f"{option.name} ({option.why})"
