"""`headgate init`: a lake project of one's own."""

from __future__ import annotations

import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from headgate.cli import options
from headgate.project import FILE, all_domains, read

if TYPE_CHECKING:
    from headgate.project import LakeProject

_TOML = """\
# A lake project; docs/lake-project.md explains each field.
name = "{name}"               # prefix of buckets and databases: {name}_curated, {name}_prod
region = "{region}"           # AWS region; empty takes the shell's
environment = "dev"
domains = [{domains}]         # packages with ready-made contracts and systems: {known}
alert_email = ""              # where alerts go, or empty
schedule = "cron(0 3 * * ? *)" # when the daily run starts, in UTC

[settings]                    # any variable of terraform/variables.tf, for example quiet_s = 30
"""
_README = """\
# {name}

1. Draft a contract from a sample: `headgate contract init readings.csv --output contracts/source`; several samples give several contracts
2. Check a file against it: `headgate contract check readings.csv --contract contracts/source/readings.yaml`
3. Deploy, from the clone of Headgate: `HEADGATE_PROJECT={folder} make deploy-localstack`, or `make deploy-aws`
4. Send data: `headgate upload readings.csv --dataset readings`
5. Build the tables: `headgate run`
6. Ask: `headgate query "select count(*) from {name}_curated.readings"`

A table of your own is a query and a contract: `models/daily.sql` in Athena's SQL, and `contracts/prod/daily.yaml` with its columns and key.
"""


@click.command(epilog=options.example("headgate init bikes --name bikes"))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", default="", help="Prefix of the lake's buckets and databases; default: the folder's name.")
@click.option("--region", default="", help="AWS region; default: the shell's when it deploys.")
@click.option("--domain", "domains", multiple=True, type=click.Choice(all_domains()), help="A ready-made domain; may be repeated.")
@options.as_json
def init(folder: Path, name: str, region: str, domains: tuple[str, ...], as_json: bool) -> None:
    """Make a folder for a lake of your own: settings, contracts and SQL models.

    The lake has no ready-made tables unless --domain names a domain. Existing files are not changed.
    """
    if (folder / FILE).exists():
        raise click.ClickException(f"{folder / FILE} exists already. Edit it, or name another folder.")
    called = name or "".join(sign for sign in folder.resolve().name.lower() if sign.isascii() and sign.isalnum())
    text = _TOML.format(name=called, region=region, domains=", ".join(f'"{one}"' for one in domains), known=", ".join(all_domains()))
    lake = _checked(text)
    for part in ("contracts/source", "contracts/prod", "models"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(text, encoding="utf-8")
    written = [FILE]
    if not (folder / "README.md").exists():
        (folder / "README.md").write_text(_README.format(name=called, folder=shlex.quote(str(folder.resolve()))), encoding="utf-8")
        written.append("README.md")
    value = {"folder": str(folder.resolve()), "name": lake.name, "domains": [*lake.domains], "written": written}
    options.show(as_json=as_json, value=lambda: value, screen=lambda: _screen(folder))


def _checked(text: str) -> LakeProject:
    """Return the project that the text describes, before anything is written."""
    with TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_text(text, encoding="utf-8")
        return read(Path(folder) / FILE)


def _screen(folder: Path) -> str:
    sample = f"headgate contract init FILE... --output {shlex.quote(str(folder))}/contracts/source"
    return f"Made a lake project in {folder}: headgate.toml, contracts/, models/, README.md.\nNext: {sample}"
