"""Pulumi.yaml and Pulumi.<stack>.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError, StateError
from engine.passphrase import Passphrase
from engine.settings import StackSettings, read

WORD = "correct horse"
CRYPTO = Passphrase(WORD)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: proj\nruntime: python\n")
    return tmp_path


def settings(directory: Path, text: str, passphrase: str | None = None) -> StackSettings:
    (directory / "Pulumi.t.yaml").write_text(text)
    return read(directory, "t", passphrase)


def refusal(directory: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        settings(directory, text)
    return str(caught.value)


# --- what a program finds in its configuration ---


def test_values_have_full_keys_and_are_texts(directory: Path) -> None:
    found = settings(directory, "config:\n  a: text\n  other:b: 1\n  proj:c: true\n  d: {x: [1, y]}\n  e: '1'\n")
    assert found.values == {
        "proj:a": "text",
        "other:b": "1",
        "proj:c": "true",
        "proj:d": '{"x": [1, "y"]}',
        "proj:e": "1",
    }
    assert (found.project, found.stack, found.secrets) == ("proj", "t", frozenset())


def test_the_stack_object_is_there_for_those_who_do_not_run_the_program(directory: Path) -> None:
    assert settings(directory, "config:\n  proj:stack: {nodes: [1]}\n").object("proj:stack") == {"nodes": [1]}


def test_a_file_without_config_has_no_values(directory: Path) -> None:
    found = settings(directory, "encryptionsalt: ''\n")
    assert (found.values, found.object("proj:stack")) == ({}, None)


# --- files that are wrong ---


def test_a_missing_stack_file_is_named_and_so_are_those_that_are_there(directory: Path) -> None:
    (directory / "Pulumi.dev.yaml").write_text("config: {}\n")
    with pytest.raises(ConfigError, match=r"Pulumi\.t\.yaml.*the stacks are: dev") as caught:
        read(directory, "t", None)
    assert (caught.value.stack, caught.value.exit_code) == ("t", 2)


def test_a_missing_project_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.t.yaml").write_text("config: {}\n")
    with pytest.raises(ConfigError, match=r"Pulumi\.yaml"):
        read(tmp_path, "t", None)


def test_a_project_file_without_a_name_is_a_config_error(directory: Path) -> None:
    (directory / "Pulumi.yaml").write_text("runtime: python\n")
    assert "name" in refusal(directory, "config: {}\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [("config:\n  a: [1\n", 3), ("config:\n  a: 1\n b: 2\n", 3), ("a: b: c\n", 1), ("config:\n\ta: 1\n", 2)],
    ids=["open-list", "indentation", "two-colons", "tab"],
)
def test_invalid_yaml_is_told_with_file_and_line(directory: Path, text: str, line: int) -> None:
    message = refusal(directory, text)
    assert "Pulumi.t.yaml: expected YAML" in message and f"in line {line}" in message


def test_a_file_that_is_not_text_is_a_config_error(directory: Path) -> None:
    (directory / "Pulumi.t.yaml").write_bytes(b"config: \xff\xfe\n")
    with pytest.raises(ConfigError, match=r"Pulumi\.t\.yaml"):
        read(directory, "t", None)


@pytest.mark.parametrize("text", ["- a\n", "text\n", "config: [a]\n", "config: text\n"])
def test_what_is_not_an_object_is_a_config_error(directory: Path, text: str) -> None:
    assert "expected an object" in refusal(directory, text)


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("config: {}\nconfig: {}\n", "config", 2),
        ("config:\n  a: 1\n  b: 2\n  a: 3\n", "a", 4),
        ("config:\n  proj:stack:\n    nodes:\n      - {name: x, name: y}\n", "name", 4),
    ],
    ids=["top", "value", "deep"],
)
def test_a_key_that_stands_twice_is_refused_with_its_line(directory: Path, text: str, key: str, line: int) -> None:
    assert f"the key {key} twice, in line {line}" in refusal(directory, text)


# --- secure values ---


def secure(text: str) -> str:
    return f"{{secure: '{CRYPTO.encrypt(text)}'}}"


def test_a_secure_value_is_decrypted_and_marked_with_the_passphrase(directory: Path) -> None:
    text = f"encryptionsalt: {CRYPTO.salt_line}\nconfig:\n  a: {secure('s3cret')}\n  b: open\n"
    found = settings(directory, text, WORD)
    assert found.values == {"proj:a": "s3cret", "proj:b": "open"}
    assert found.secrets == {"proj:a"}


def test_a_secure_value_is_left_out_without_a_passphrase(directory: Path) -> None:
    text = f"encryptionsalt: {CRYPTO.salt_line}\nconfig:\n  a: {secure('s3cret')}\n  b: open\n"
    found = settings(directory, text, None)
    assert (found.values, found.secrets) == ({"proj:b": "open"}, frozenset())


def test_a_secure_value_inside_an_object_is_decrypted_and_the_object_is_secret(directory: Path) -> None:
    text = f"encryptionsalt: {CRYPTO.salt_line}\nconfig:\n  a:\n    user: x\n    word: {secure('s3cret')}\n"
    found = settings(directory, text, WORD)
    assert found.values == {"proj:a": '{"user": "x", "word": "s3cret"}'}
    assert found.secrets == {"proj:a"}


def test_a_secure_value_inside_the_stack_object_is_decrypted_there_too(directory: Path) -> None:
    text = f"encryptionsalt: {CRYPTO.salt_line}\nconfig:\n  proj:stack:\n    word: {secure('s3cret')}\n"
    assert settings(directory, text, WORD).object("proj:stack") == {"word": "s3cret"}


def test_a_wrong_passphrase_is_refused(directory: Path) -> None:
    text = f"encryptionsalt: {CRYPTO.salt_line}\nconfig:\n  a: {secure('s3cret')}\n"
    with pytest.raises(StateError, match="incorrect passphrase"):
        settings(directory, text, "wrong")


# --- what Pulumi.yaml declares of the configuration ---

DECLARED = """name: proj
runtime: python
config:
  word: hello
  count: {type: integer, default: 3}
  list: {type: array, items: {type: string}, default: [a]}
  other:region: {value: east}
  key: {type: string, secret: true}
"""


def test_what_the_project_declares_counts_where_the_stack_has_nothing(directory: Path) -> None:
    (directory / "Pulumi.yaml").write_text(DECLARED)
    found = settings(directory, "config:\n  key: k\n  proj:count: 4\n")
    assert found.values == {
        "proj:word": "hello",
        "proj:count": "4",
        "proj:list": '["a"]',
        "other:region": "east",
        "proj:key": "k",
    }
    assert found.secrets == {"proj:key"}


def test_what_the_project_wants_and_the_stack_lacks_or_has_otherwise_is_told_at_once(directory: Path) -> None:
    (directory / "Pulumi.yaml").write_text(DECLARED)
    said = refusal(directory, "config:\n  count: many\n")
    assert "config.proj:key" in said and "--secret" in said
    assert "config.proj:count" in said and "integer" in said


@pytest.mark.parametrize(
    ("project", "stack", "said"),
    [
        ("runtime: nodejs\n", "", "Pulumi.yaml: runtime"),
        ("runtime: python\nstackConfigDir: stacks\n", "", "stackConfigDir"),
        ("runtime: python\nmain: src\n", "", "Pulumi.yaml: main"),
        ("runtime: python\noptions: {refresh: always}\n", "", "options.refresh"),
        ("runtime: python\n", "environment: [prod]\n", "environment"),
        ("runtime: python\n", "secretsprovider: awskms://alias/x\n", "secretsprovider"),
        ("runtime: python\n", "encryptedkey: abc\n", "encryptedkey"),
    ],
)
def test_what_would_be_passed_over_is_refused(directory: Path, project: str, stack: str, said: str) -> None:
    (directory / "Pulumi.yaml").write_text(f"name: proj\n{project}")
    assert said in refusal(directory, f"config: {{}}\n{stack}")


def test_the_passphrase_by_name_is_no_other_provider_of_secrets(directory: Path) -> None:
    assert settings(directory, "secretsprovider: passphrase\nconfig:\n  a: b\n").values == {"proj:a": "b"}
