from __future__ import annotations

import re
import shlex
from importlib.resources import files as package_files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from headgate.cli import options
from headgate.cli.commands.project import contract_files
from headgate.cli.commands.project.templates import template_text
from headgate.domains.discovery import entry_points, package_domains
from headgate.plain_names import LAKE_NAME, LAKE_NAME_RULE, in_plain_letters, lake_name_of
from headgate.project import FILE, LakeProject, read_project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.drafts.sales_project import SalesProject
    from headgate.local_files.draft_file import CheckedDraft

_WORKFLOW = ".github/workflows/headgate.yml"


@click.command(epilog=options.example("headgate init ~/bikes sales.csv products.xlsx"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument(
    "files", metavar="[FILE]...", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--name",
    default="",
    help="Prefix of the lake's buckets and databases; default: the folder's name in letters a to z.",
)
@click.option("--region", default="", help="AWS region; default: that of the shell at deployment.")
@click.option("--domain", "domains", multiple=True, help="A ready-made domain; repeatable.")
@click.option("--sheet", default="", help="The only sheet to read, if all FILEs are workbooks.")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["sales"]),
    help="Meaning of the one FILE: writes models and forecasts of sales.",
)
@click.option(
    "--column",
    "role_columns",
    metavar="ROLE=COLUMN",
    multiple=True,
    help="With --as sales, the column of the date, amount, price, customer, item, quantity, category or "
    "currency; repeatable.",
)
@click.option(
    "--pipeline",
    "has_pipeline",
    is_flag=True,
    help="Also write a pipeline for GitHub Actions; an existing project gets only that.",
)
@options.as_json
def init(
    folder: Path,
    files: tuple[Path, ...],
    *,
    name: str,
    region: str,
    domains: tuple[str, ...],
    sheet: str,
    kind: str | None,
    role_columns: tuple[str, ...],
    has_pipeline: bool,
) -> None:
    """Create a folder for a lake of your own: settings, contracts and SQL models.

    Drafts a contract from each sample FILE, like `headgate contract init`. The lake has no ready-made tables
    unless --domain names a domain. With --as sales it has models, forecasts, unusual weeks, trends and groups
    of customers, as far as the FILE has date, amount, customer, item and category; --column names a column
    that is not recognized. Existing files are not changed. Without FOLDER, the first FILE names a new folder.
    """
    from headgate.local_files import draft_file

    if role_columns and not kind:
        raise click.UsageError("--column needs --as sales. Add --as sales.")
    if folder.is_file():
        folder, files = Path(folder.stem), (folder, *files)
    pipeline = {_WORKFLOW: _pipeline(folder)} if has_pipeline else {}
    if (folder / FILE).exists() and pipeline:
        _add_pipeline(folder, pipeline)
        return
    if (folder / FILE).exists():
        exists = f"{folder / FILE} exists already. Edit it, or name another folder."
        raise click.ClickException(f"{exists} To add a contract: {_draft_command(folder)}")
    lake_name = name or _name_of(folder.resolve().name)
    text = _toml(lake_name, region, domains)
    project = _read(text)
    samples, drafting = draft_file.datasets_of(files), draft_file.DraftOptions(sheet=sheet, titles=True)
    drafts = dict(draft_file.drafts_of(samples, drafting, ask=contract_files.asked_at_terminal))
    sales = _sales_of(drafts, _columns_by_role(role_columns)) if kind else None
    texts = {FILE: text, **pipeline}
    if not (folder / "README.md").exists():
        texts["README.md"] = template_text("readme").format(name=lake_name)
    written = _write(folder, texts, drafts, sales)
    alike = _of_the_same_columns(drafts)
    made = {"folder": str(folder.resolve()), "name": project.name, "domains": [*project.domains]}
    options.show(
        {**made, "written": written, "same_columns": alike, **_sales_facts(sales)},
        lambda: _screen(folder, alike, sales, has_contract=bool(drafts)),
    )


def _pipeline(folder: Path) -> str:
    if (folder / _WORKFLOW).exists():
        raise click.ClickException(f"{folder / _WORKFLOW} exists already. Edit it, or remove --pipeline.")
    template = package_files("headgate.cli.commands.project").joinpath("github_pipeline.yaml")
    return template.read_text(encoding="utf-8")


def _add_pipeline(folder: Path, texts: Mapping[str, str]) -> None:
    _write_texts(folder, texts)
    options.show(
        {"folder": str(folder.resolve()), "written": [*texts]},
        lambda: f"Wrote {folder / _WORKFLOW}. Its first lines list its requirements.",
    )


def _toml(name: str, region: str, domains: Sequence[str]) -> str:
    offered = ", ".join(sorted({*package_domains(), *dict(entry_points())}))
    quoted = ", ".join(f'"{domain}"' for domain in domains)
    return template_text("settings").format(name=name, region=region, domains=quoted, known=offered)


def _write(
    folder: Path, texts: Mapping[str, str], drafts: Mapping[str, CheckedDraft], sales: SalesProject | None
) -> list[str]:
    """Write the project's files, show the drafts, and return the relative paths."""
    for part in ("contracts/source", "contracts/prod", "models"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    contracts = {f"contracts/source/{dataset}.yaml": draft for dataset, draft in drafts.items()}
    for path, draft in contracts.items():
        contract_files.show_draft(draft, folder / path, Path(path).stem)
    sales_files = sales.files if sales else {}
    _write_texts(folder, {**texts, **sales_files})
    return [*texts, *contracts, *sales_files]


def _write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    for path, content in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")


def _columns_by_role(texts: Sequence[str]) -> dict[str, str]:
    from headgate.drafts.sales_project import ROLES

    columns = {}
    for text in texts:
        role, sign, column = text.partition("=")
        if role not in ROLES or not sign or not column:
            raise click.UsageError(
                f"--column {text}: write ROLE=COLUMN, as in amount=net_total. Roles: {', '.join(ROLES)}."
            )
        columns[role] = column
    return columns


def _sales_of(drafts: Mapping[str, CheckedDraft], columns_by_role: Mapping[str, str]) -> SalesProject:
    from headgate.drafts.sales_project import columns_for, sales_project

    if len(drafts) != 1:
        raise click.ClickException(f"--as sales needs one file, not {len(drafts)}. Give the file of sales.")
    (checked,) = drafts.values()
    contract = checked.draft.contract
    project = sales_project(contract, checked.gated.accepted, columns_by_role)
    if not project.tables:
        lacking = project.lacking["daily_sales"]
        remedies = " ".join(_candidates(role, columns_for(contract, role)) for role in lacking)
        roles = " or the ".join(lacking)
        raise click.ClickException(f"No column of the file is the {roles} of a sale. {remedies}")
    return project


def _sales_facts(sales: SalesProject | None) -> dict[str, object]:
    if sales is None:
        return {}
    facts = {name: getattr(sales, name) for name in ("columns", "tables", "lacking", "currencies")}
    return {"sales": facts}


def _candidates(role: str, columns: Sequence[str]) -> str:
    """Return the option for a role's column, or that no column fits."""
    if not columns:
        return f"No column has values that could be the {role}: give another file."
    option = f"--column {shlex.quote(f'{role}={columns[0]}')}"
    return f"Name the {role} with {option}; it may be one of {', '.join(columns)}."


def _name_of(folder: str) -> str:
    """Return the lake's name for a folder, with a note if letters were changed."""
    plain = re.sub(r"[^a-z0-9]", "", in_plain_letters(folder))
    if not re.fullmatch(LAKE_NAME, plain):
        example = shlex.quote(lake_name_of(folder) or "sales")
        raise click.ClickException(
            f"The lake cannot be named after the folder {folder!r}: its name must be {LAKE_NAME_RULE}. "
            f"Choose a name, for example --name {example}."
        )
    if plain != "".join(sign for sign in folder.lower() if sign.isalnum()):
        note = f"The lake is called {plain}, after the folder {folder!r}."
        click.echo(f"{note} To rename it, edit headgate.toml before the first deployment.", err=True)
    return plain


def _of_the_same_columns(drafts: Mapping[str, CheckedDraft]) -> list[list[str]]:
    """Return groups of datasets with the same columns, which may be one dataset."""
    by_columns: dict[tuple[str, ...], list[str]] = {}
    for dataset, checked in drafts.items():
        by_columns.setdefault(checked.draft.contract.names, []).append(dataset)
    return [datasets for datasets in by_columns.values() if len(datasets) > 1]


def _read(text: str) -> LakeProject:
    """Validate the text of headgate.toml and return its project."""
    with TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_text(text, encoding="utf-8")
        return read_project(Path(folder) / FILE)


def _draft_command(folder: Path) -> str:
    return f"headgate contract init FILE... --output {shlex.quote(str(folder))}/contracts/source"


def _screen(
    folder: Path, alike: Sequence[Sequence[str]], sales: SalesProject | None, *, has_contract: bool
) -> str:
    """Return the screen with the next command: draft a contract, or deploy."""
    step = _draft_command(folder)
    if has_contract:
        step = f"cd {shlex.quote(str(folder.resolve()))} && headgate deploy localstack"
    made = f"Created a lake project in {folder}: headgate.toml, contracts/, models/, README.md."
    return "\n".join([made, *map(_hint, alike), *_sales_lines(sales), f"Next: {step}"])


def _sales_lines(sales: SalesProject | None) -> list[str]:
    """Describe the columns of sales, their tables, and the columns that other tables lack."""
    if sales is None:
        return []
    columns = ", ".join(f"{role}: {column}" for role, column in sales.columns.items())
    by_roles: dict[tuple[str, ...], list[str]] = {}
    for table, roles in sales.lacking.items():
        by_roles.setdefault(tuple(roles), []).append(table)
    lacking = [
        f"Without the {' and the '.join(roles)}, these tables are missing: {', '.join(tables)}. "
        f"If the file has that column, add --column {roles[0]}=NAME."
        for roles, tables in by_roles.items()
    ]
    counted, *others = sales.currencies or ("",)
    mixed = (
        f"Only amounts in {counted} are added up, without rows in {', '.join(others)}. For another currency, "
        f"replace '{counted}' in models/."
    )
    return [
        f"Sales: {columns}.",
        f"Tables: {', '.join(sales.tables)}.",
        *([mixed] if others else []),
        *lacking,
    ]


def _hint(alike: Sequence[str]) -> str:
    kept = alike[0]
    return (
        f"{', '.join(alike[:-1])} and {alike[-1]} have the same columns. If they are one dataset, keep "
        f"contracts/source/{kept}.yaml, delete the others, and send all files with "
        f"`headgate upload FILE... --dataset {kept}`."
    )
