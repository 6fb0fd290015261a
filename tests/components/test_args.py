"""components/args says what the models say. `EDGE_WRITE_DOCS=1` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

from tests.components.args_text import texts

FOLDER = Path(__file__).resolve().parents[2] / "components" / "args"


def test_the_typed_dicts_say_what_the_models_say() -> None:
    wanted = texts()
    if os.environ.get("EDGE_WRITE_DOCS"):
        for name, text in wanted.items():
            (FOLDER / f"{name}.py").write_text(text)
    there = {path.stem: path.read_text() for path in FOLDER.glob("*.py") if path.stem != "__init__"}
    assert there == wanted, "EDGE_WRITE_DOCS=1 pytest tests/components/test_args.py writes them anew"
