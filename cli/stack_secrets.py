"""edge config: stores encrypted secrets in a stack file, as `pulumi config set --secret` does."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli import screen
from cli.context import StackContext, StackOption
from config.errors import ConfigError, Problem
from config.load import PROJECT
from engine.passphrase import Passphrase

app = typer.Typer(help="Configuration values of a stack.", no_args_is_help=True, rich_markup_mode=None)


@app.command("set-secret")
def set_secret(
    key: Annotated[str, typer.Argument(help="Name of the value, such as bgpPassword.")],
    stack: StackOption = "dev",
) -> None:
    """Read a secret from standard input and store it, encrypted, in Pulumi.STACK.yaml.

    Example: edge config set-secret sshPrivateKey -s bgp < ~/.ssh/id_ed25519
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", key):
        raise ConfigError(stack, [Problem("KEY", "letters, digits, - and _", key)])
    context = StackContext(stack)
    path = Path(f"Pulumi.{stack}.yaml")
    value = (typer.prompt(key, hide_input=True) if sys.stdin.isatty() else sys.stdin.read()).rstrip("\n")
    passphrase = context.engine.passphrase()
    text = path.read_text()
    salt = re.search(r"^encryptionsalt: *(\S+)$", text, re.MULTILINE)
    crypto = Passphrase(passphrase, salt.group(1) if salt else None)
    if salt is None:
        text = f"encryptionsalt: {crypto.salt_line}\n{text}"
    full = f"{context.settings.project if context.is_foreign else PROJECT}:{key}"
    entry = f"  {full}:\n    secure: {crypto.encrypt(value)}\n"
    # The file is edited as text: a YAML library would drop the user's comments.
    old = re.compile(rf"^  {re.escape(full)}:\n    secure: .*\n", re.MULTILINE)
    text = old.sub("", text)
    part = path.with_name(path.name + ".part")
    part.write_text(re.sub(r"^config:\n", f"config:\n{entry}", text, count=1, flags=re.MULTILINE))
    shutil.copymode(path, part)
    part.replace(path)
    screen.err.print(f"{full} is stored, encrypted, in {path}")
