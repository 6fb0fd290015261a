"""The names that programs of users import, and what an import of them loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import components
from components.provider import COMPONENTS

PROJECT = Path(__file__).resolve().parents[2]


def test_every_component_is_imported_by_its_name() -> None:
    assert {name: getattr(components, name) for name in components.__all__} == {one.__name__: one for one in COMPONENTS}


def test_another_name_is_none_of_them() -> None:
    assert not hasattr(components, "RouterFrr")


def test_what_only_renders_loads_no_pulumi() -> None:
    program = "import sys, components, components.router.render; print('pulumi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
