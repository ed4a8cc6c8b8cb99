"""The lake as a Python object. The same code runs on AWS and on an emulator."""
# ruff: noqa: PLC0415 a notebook loads what it uses: pandas, sqlglot and awswrangler take a second each

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal, overload

from headgate.errors import NotFoundError, QueryError, SettingsError
from headgate.wiring import definitions, intake, operations, snapshots, stores, systems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

    import pandas as pd
    import pyarrow as pa

    from headgate.api.shapes.removals import RemovalProgress
    from headgate.lake.ports import FileRecord
    from headgate.lineage.sources import TableSources
    from headgate.query.questions import SavedQuestion
    from headgate.snapshots.snapshot import LakeSnapshot

_connected: list[str] = []  # the deployment of this process, because boto3's clients are created once


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 a notebook shows it below the cell


@dataclass(frozen=True)
class Lake:
    """A deployed lake. Answers are pandas data frames, or `pyarrow.Table` with `arrow=True`.

    In data frames decimals and dates are Python's `Decimal` and `date`, integers stay integers if a column
    has nulls, and an empty text is not null.
    """

    name: str
    environment: Mapping[str, str] = field(
        repr=False
    )  # may be the shell's environment, which contains secrets

    @overload
    def table(
        self, name: str, *, columns: Sequence[str] | None = ..., arrow: Literal[False] = ...
    ) -> pd.DataFrame: ...
    @overload
    def table(self, name: str, *, columns: Sequence[str] | None = ..., arrow: Literal[True]) -> pa.Table: ...
    def table(
        self, name: str, *, columns: Sequence[str] | None = None, arrow: bool = False
    ) -> pd.DataFrame | pa.Table:
        """Return all rows of a table, read from its files without Athena.

        Args:
            name: `monthly_sales`, or with its database `ecommerce_curated.orders`; without one, prod is
                searched before curated.
            columns: return only these columns, in this order.

        Raises:
            QueryError: the table or a column does not exist.
        """
        from headgate.aws.athena.tables import to_pandas

        database, table, known_columns = self._table_named(name)
        if unknown := [column for column in columns or () if column not in known_columns]:
            raise QueryError(
                f"{database}.{table} has no column {unknown[0]}. Its columns are {', '.join(known_columns)}."
            )
        catalog = definitions.databases(self.environment)
        rows = stores.lake_tables(self.environment, catalog).table(database, table, columns)
        return rows if arrow else to_pandas(rows)

    @overload
    def sql(
        self, sql: str, params: Mapping[str, object] | None = ..., *, arrow: Literal[False] = ...
    ) -> pd.DataFrame: ...
    @overload
    def sql(
        self, sql: str, params: Mapping[str, object] | None = ..., *, arrow: Literal[True]
    ) -> pa.Table: ...
    def sql(
        self, sql: str, params: Mapping[str, object] | None = None, *, arrow: bool = False
    ) -> pd.DataFrame | pa.Table:
        """Return the answer to a reading statement in Athena's SQL.

        `frame.attrs` has its `query_id` and `scanned_bytes`.

        Args:
            sql: the statement; a table without a database is looked up in prod, then in curated.
            params: name → value of the statement's parameters: `where country = :country` needs `{"country":
                "Norway"}`.

        Raises:
            QueryError: it is not a single reading statement, a parameter has no value, or the query failed in
                Athena.
        """
        from headgate.aws.athena.tables import to_pandas
        from headgate.query import qualify_tables
        from headgate.query.advice import with_advice
        from headgate.query.parameters import bind

        databases = definitions.databases(self.environment)
        statement = qualify_tables(bind(sql, params or {}), databases)
        try:
            answer = stores.lake_tables(self.environment, databases).sql(statement)
        except QueryError as error:
            raise QueryError(with_advice(str(error), statement, databases)) from None
        return answer if arrow else _with_facts(to_pandas(answer), answer)

    def questions(self) -> pd.DataFrame:
        """Return the saved questions with name, system, description and SQL; `ask` runs one."""
        import pandas as pd

        return pd.DataFrame([asdict(question) for question in _questions().values()])

    def ask(self, question: str, values: Mapping[str, str] | None = None) -> pd.DataFrame:
        """Return the answer to a saved question.

        Args:
            values: of its parameters by name, such as `{"since": "2024-01-31"}`; others have their defaults.

        Raises:
            QueryError: the question does not exist, or has no such parameter.
        """
        from headgate.query.declared_parameters import with_values

        questions = _questions()
        if question not in questions:
            raise QueryError(f"There is no saved question {question}. `lake.questions()` lists them.")
        statement = with_values(questions[question].sql, values)
        return self.sql(stores.databases(self.environment).rename_in(statement))

    def upload(
        self,
        source: str | PathLike[str],
        *,
        dataset: str = "",
        timeout_s: float = 900,
        progress: Callable[[str], None] | None = _to_stderr,
    ) -> list[FileRecord]:
        """Send a file, a folder or a pattern to raw, wait for the gate, and return the files' records.

        Args:
            dataset: dataset of every file; inferred from folder, name or columns by default.
            timeout_s: maximum wait for the gate; afterwards only the records of ended files are returned.
            progress: called with a line at each step; None for no output.

        Raises:
            HeadgateError: the file does not exist or has no data.
        """
        from headgate.client.send_uploads import upload

        ledger, bucket = stores.ledger(self.environment), self.environment["HEADGATE_RAW_BUCKET"]
        report = progress or (lambda _: None)
        return upload(
            stores.objects(),
            ledger,
            bucket,
            str(source),
            dataset=dataset,
            timeout_s=timeout_s,
            progress=report,
        )

    def remove_dataset(self, name: str) -> RemovalProgress:
        """Remove a dataset that a person created in the console, like `headgate datasets remove`.

        Its files are reverted now, and the next run drops its table. Originals stay in raw.

        Raises:
            HeadgateError: nobody created the dataset, or another dataset refers to it.
        """
        from headgate.api.deployed_lake import DeployedLake
        from headgate.api.files import removals

        person = removals.operator(operations.caller())
        return removals.remove(DeployedLake(self.environment), person, name, is_limited=False)

    def restore_dataset(self, name: str) -> RemovalProgress:
        """Take the removal of a dataset back, while its originals are in raw.

        Raises:
            HeadgateError: the dataset has no removal.
        """
        from headgate.api.deployed_lake import DeployedLake
        from headgate.api.files import removals

        person = removals.operator(operations.caller())
        return removals.restore(DeployedLake(self.environment), person, name, is_limited=False)

    def files(self) -> pd.DataFrame:
        """Return the ledger's record of each received file, by time of arrival."""
        import pandas as pd

        records = sorted(
            stores.ledger(self.environment).records(),
            key=lambda listed: (listed.received_at, listed.key, listed.file_id),
        )
        return pd.DataFrame([asdict(record) for record in records])

    def file(self, name: str) -> FileRecord:
        """Return the newest record of a file, by its id or its key in raw, without skipped copies.

        Raises:
            NotFoundError: the file was not received.
        """
        from headgate.intake.quarantine.list_quarantine import find_current
        from headgate.masking.redaction import redact_text

        records = list(stores.ledger(self.environment).records())
        record = find_current(records, name) or find_current(records, redact_text(name))
        if not record:
            raise NotFoundError(
                f"No file {redact_text(name)} was received. `lake.files()` lists the files that were."
            )
        return record

    def quarantine(self, file: str = "", *, dataset: str = "", rule: str = "") -> pd.DataFrame:
        """Return counts of quarantined rows by dataset and rule, or the masked rows of one file.

        Args:
            file: id or key of a file.
            dataset, rule: return only rows of this dataset and rule.

        Raises:
            NotFoundError: the file was not received, or has no rows in quarantine.
        """
        import pandas as pd

        from headgate.aws.athena.tables import to_pandas
        from headgate.intake.quarantine import list_quarantine

        if file:
            record = self.file(file)
            if not record.quarantine_key:
                why = record.error.get("message", "")
                raise NotFoundError(
                    f"{record.key} has no rows in quarantine; its state is {record.state}. {why}".strip()
                )
            bucket = self.environment["HEADGATE_QUARANTINE_BUCKET"]
            return to_pandas(list_quarantine.quarantined_rows(stores.objects(), bucket, record, rule=rule))
        records = list(stores.ledger(self.environment).records())
        counts = list_quarantine.count_quarantined(
            records, intake.correction_outcomes(self.environment).replaced_rows(records)
        )
        chosen = [
            asdict(count) for count in counts if dataset in ("", count.dataset) and rule in ("", count.rule)
        ]
        return pd.DataFrame(chosen, columns=[*list_quarantine.QuarantineCount.__dataclass_fields__])

    def lineage(self, table: str) -> TableSources:
        """Return the sources of a table: system, snapshot, datasets, and the raw files of their rows.

        Raises:
            QueryError: the table does not exist.
            NotFoundError: nothing has been merged yet.
        """
        from headgate.lineage.sources import sources_of_table

        database, name, columns = self._table_named(table)
        lake = (
            self._built_from(database, name)
            if "snapshot_id" in columns
            else snapshots.lake_snapshot(self.environment, "current")
        )
        system, reads = "", tuple([name] if name in lake.datasets else lake.datasets)
        if database == stores.databases(self.environment).prod:
            system, reads = systems.system_of(self.environment, name, lake)
        records, bucket = (
            stores.ledger(self.environment).records(),
            self.environment["HEADGATE_CURATED_BUCKET"],
        )
        return sources_of_table(
            stores.objects(), bucket, lake, records, table=f"{database}.{name}", system=system, reads=reads
        )

    def _built_from(self, database: str, table: str) -> LakeSnapshot:
        """Return the snapshot that a prod table was built from."""
        from headgate.systems.up_to_date import snapshot_built_from

        try:
            return snapshots.lake_snapshot(self.environment, self._snapshot_of(database, table))
        except NotFoundError:  # its manifest was deleted
            bucket = self.environment["HEADGATE_CURATED_BUCKET"]
            return snapshot_built_from(stores.objects(), bucket, stores.catalog().current(database, table))

    def _snapshot_of(self, database: str, table: str) -> str:
        """Return the id of the snapshot that a prod table was built from; without rows, the current one."""
        ids = stores.lake_tables(self.environment).table(database, table, ["snapshot_id"])["snapshot_id"]
        return str(ids[0]) if len(ids) else "current"

    def _table_named(self, name: str) -> tuple[str, str, list[str]]:
        """Return database, name and columns of a table."""
        from headgate.query.read_only_statements import near_tables

        databases = definitions.databases(self.environment)
        tables = databases.tables()
        in_database, _, table = name.lower().rpartition(".")
        for database in [in_database] if in_database else [databases.prod, databases.curated]:
            if table in tables.get(database, {}):
                return database, table, [column[0] for column in tables[database][table]]
        raise QueryError(f"There is no table {name}. {near_tables(table, tables)}")


def connect(deployment: str | None = None) -> Lake:
    """Return the lake of this folder's commands: that of the environment, or the last one deployed here.

    Args:
        deployment: name of another deployment below `.headgate/`.

    Raises:
        SettingsError: nothing is deployed, or this process is already connected to another deployment.
    """
    from headgate.deployment import find_deployment

    deployed = find_deployment(deployment)
    if _connected and _connected[0] != deployed.name:
        raise SettingsError(
            f"This process is connected to deployment {_connected[0]}, and cannot connect to "
            f"{deployed.name} too. "
            "Restart the kernel, or use a second notebook."
        )
    _connected[:] = [deployed.name]
    os.environ.update(deployed.environment)
    return Lake(deployed.name, deployed.environment)


def _questions() -> Mapping[str, SavedQuestion]:
    from headgate.query.saved_questions import deployed_questions

    return deployed_questions(os.environ)


def _with_facts(frame: pd.DataFrame, answer: pa.Table) -> pd.DataFrame:
    """Return the frame with Athena's facts about the query in `frame.attrs`."""
    facts = answer.schema.metadata or {}
    frame.attrs = {"query_id": facts[b"query_id"].decode(), "scanned_bytes": int(facts[b"scanned_bytes"])}
    return frame
