"""Makes RELEASE.json from charts of one release: `python -m effective.chart.extract CHART_DIR...`, the oldest first.

Patch releases add keys too. The result has the keys of all charts, and the defaults of the newest chart.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

# Keys that occur only in comments of values.yaml count too: `# loadBalancerClass:`.
_COMMENTED = re.compile(r"^( *)# ?([a-z][A-Za-z0-9]*):(?: .*)?$")
_FREE = (
    "nodeSelector",
    "affinity",
    "updateStrategy",
    "podSecurityContext",
    "resources",
    "seLinuxOptions",
    "podLabels",
    "podAnnotations",
    "annotations",
    "labels",
    "tolerations",
)
_PLAIN = re.compile(r"^( *)([A-Za-z][A-Za-z0-9]*):")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted key -> default. Free maps and lists end in `.*`. None: a key without a default."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (dict, list)):
        yield f"{path}.*", None
    else:
        yield path, value if len(str(value)) < 80 else None


def commented(text: str) -> Iterator[str]:
    """Keys in comments, below the key that their indentation belongs to."""
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        if match := _PLAIN.match(line):
            depth = len(match[1])
            above = [entry for entry in above if entry[0] < depth] + [(depth, match[2])]
        elif (match := _COMMENTED.match(line)) and match[2] not in ("http", "https", "ref"):
            depth = len(match[1])
            yield ".".join([*(name for level, name in above if level < depth), match[2]])


def in_templates(chart: Path) -> Iterator[str]:
    """Keys that templates read but that are not in values.yaml."""
    for file in sorted((chart / "templates").rglob("*")):
        # The chart reads some keys only to refuse them.
        if file.is_file() and file.name not in ("validate.yaml", "NOTES.txt"):
            yield from re.findall(r"\.Values\.([A-Za-z][\w.]*\w)", file.read_text())


def known_by(chart: Path) -> dict[str, Any]:
    """Every key of a chart with its default."""
    text = (chart / "values.yaml").read_text()
    known = dict(leaves(yaml.safe_load(text)))
    for key in commented(text):
        known.setdefault(key, None)
    above = {".".join(key.split(".")[:end]) for key in known for end in range(1, len(key.split(".")) + 1)}
    for key in in_templates(chart):
        if key not in above and f"{key}.*" not in known:
            known.setdefault(key, None)
    # The chart copies the user's content of these keys into a manifest.
    for key in list(known):
        parts = key.split(".")
        free = next((i for i, part in enumerate(parts) if part in _FREE), None)
        if free is not None:
            known[".".join(parts[: free + 1]) + ".*"] = None
    return known


def main(charts: list[Path]) -> None:
    """Writes the release's file next to this module."""
    known = {key: default for chart in charts for key, default in known_by(chart).items()}
    versions = [str(yaml.safe_load((chart / "Chart.yaml").read_text())["version"]) for chart in charts]
    release = ".".join(versions[0].split(".")[:2])
    rows = ",\n".join(f"{json.dumps(key)}: {json.dumps(known[key])}" for key in sorted(known))
    Path(__file__).with_name(f"{release}.json").write_text("{\n" + rows + "\n}\n")
    print(f"{release}: {len(known)} keys of the charts {', '.join(versions)}")


if __name__ == "__main__":
    main([Path(word) for word in sys.argv[1:]])
