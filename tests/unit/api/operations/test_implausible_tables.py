"""A lake is not healthy while a table differs from what its inputs imply."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from headgate.api.operations import implausible_tables as compared
from headgate.api.operations.health import health_of
from headgate.api.operations.run_problems import problems_of
from headgate.api.operations.runs import detail, newest
from headgate.errors import ThrottledError
from headgate.lake import keys
from headgate.lake.file_index import FileFilter, FileListPage
from headgate.lake.ports import ROWS, ObjectRef
from headgate.runs.start_or_postpone import Execution
from headgate.snapshots.fresh_snapshots import FreshSnapshot
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot, MergedIncrements
from headgate.systems.rollback import HELD
from headgate.systems.up_to_date import BuiltBy, catalog_facts
from tests.in_memory_ports import MemoryFileIndex
from tests.unit.api.ended_runs import LakeWithEndedRuns, after
from tests.unit.api.lakes import payments

if TYPE_CHECKING:
    from collections.abc import Collection

    from headgate.api.shapes.lake import HealthCheck
    from headgate.lake.file_index import FileIndex

pytestmark = pytest.mark.unit

SYSTEM = "compliance-guardian"
RUN = "20260102T040000Z-new-data-abcd1234"


@dataclass
class BuiltLake(LakeWithEndedRuns):
    """A lake with a file of three payments, which a run merged and from which it built the tables of one
    system.
    """

    snapshot: LakeSnapshot = field(init=False)

    def __post_init__(self) -> None:
        record = self.receive("payments/a.csv", payments(range(1, 4)))
        of = DatasetSnapshot(
            "payments", "payments-1", keys.snapshot_prefix("payments", "payments-1"), 2, 100, rows_in=3
        )
        self.snapshot = LakeSnapshot("lake-1", date(2026, 1, 2), {"payments": of})
        merged = MergedIncrements("payments-1", "payments@1", (record.curated_key,))
        self.write(keys.merged_increments_key("payments", "payments-1"), merged.to_json())
        self.publish(self.databases.curated, "payments", {ROWS: "2"})
        for number, table in enumerate(sorted(self.tables)):
            self.publish(self.databases.prod, table, {ROWS: str(number), **self.built_from(self.snapshot)})
        self.point_to(self.snapshot)
        self.runs.ended = [Execution(RUN, "SUCCEEDED", after(60), after(70))]

    @property
    def tables(self) -> list[str]:
        return [*self.contracts.tables_of(SYSTEM)]

    def built_from(self, snapshot: LakeSnapshot) -> dict[str, str]:
        return catalog_facts(snapshot, ["payments"], ["payments"], BuiltBy("one"))

    def write(self, key: str, text: str) -> None:
        self.objects.write(ObjectRef("curated", key), text.encode())

    def point_to(self, snapshot: LakeSnapshot) -> None:
        self.write(keys.lake_snapshot_key(keys.CURRENT), snapshot.to_json())

    def publish(self, database: str, table: str, parameters: dict[str, str]) -> None:
        self.catalog.create(database, table, "s3://bucket/folder/")
        self.catalog.move(self.catalog.current(database, table), "s3://bucket/folder/", [], parameters)

    def set_system(self, **parameters: str) -> None:
        """Each table of the system is published with other facts."""
        for table in self.tables:
            known = self.catalog.current(self.databases.prod, table).parameters
            self.publish(
                self.databases.prod,
                table,
                {**known, **{name.replace("_", "."): value for name, value in parameters.items()}},
            )

    @property
    def check(self) -> HealthCheck:
        return next(check for check in health_of(self).checks if check.name == "tables")

    @property
    def implausible(self) -> dict[str, str]:
        return dict(problems_of(self, self.runs.ended)[RUN].implausible_tables)


@pytest.fixture
def lake() -> BuiltLake:
    return BuiltLake()


def test_tables_with_the_rows_and_the_day_of_their_inputs_are_healthy(lake: BuiltLake) -> None:
    assert (lake.check.state, lake.implausible) == ("healthy", {})
    assert not newest(lake, 5).runs[0].has_problems


def with_days(lake: BuiltLake, **days: str) -> BuiltLake:
    """The lake after a run whose datasets reach so far."""
    (own,) = lake.snapshot.datasets.values()
    datasets = {"payments": own} | {
        name: replace(own, dataset=name, snapshot_id=f"{name}-1", latest_on=day) for name, day in days.items()
    }
    lake.point_to(replace(lake.snapshot, as_of=date.fromisoformat(max(days.values())), datasets=datasets))
    return lake


def test_tables_as_of_a_day_that_has_not_come_are_not_healthy(lake: BuiltLake) -> None:
    """One wrong date in one row makes that day the day of all tables."""
    why = with_days(lake, orders="2099-01-01", card_transactions="2026-01-02").implausible["orders"]
    assert "`ordered_at` has 2099-01-01, the day of all tables" in why
    assert 'order by ordered_at desc limit 10"` shows its newest rows' in why


def test_a_dataset_that_ends_long_before_the_day_of_the_tables_is_not_healthy(lake: BuiltLake) -> None:
    """A forecast would take the days between for days without any sales."""
    implausible = with_days(lake, orders="2026-01-02", card_transactions="2025-11-01").implausible
    assert "ends on 2025-11-01: forecasts and trends lack 62 days" in implausible["card_transactions"]
    assert "`headgate.asOf: none`" in implausible["card_transactions"]
    assert "orders" not in implausible


def test_a_dataset_that_is_sent_once_a_month_is_not_late(lake: BuiltLake) -> None:
    assert (
        "card_transactions"
        not in with_days(lake, orders="2026-01-02", card_transactions="2025-12-03").implausible
    )


def test_a_system_without_a_row_although_its_inputs_have_rows_is_not_healthy(lake: BuiltLake) -> None:
    """A run with another lake's code publishes nothing and succeeds."""
    lake.set_system(headgate_rows="0")
    assert set(lake.implausible) == set(lake.tables)
    assert lake.check.state == "degraded"
    assert f"{SYSTEM} read 2 rows (payments), but all its tables are empty" in lake.check.message
    assert f"`headgate run --only {SYSTEM}`" in lake.check.message
    assert f"`headgate runs show {RUN}` lists {len(lake.tables) - 1} more" in lake.check.message


def test_an_empty_table_beside_one_with_rows_or_without_input_rows_is_healthy(lake: BuiltLake) -> None:
    """A table of findings may be empty, and a system without input has none."""
    assert (
        min(int(lake.catalog.current(lake.databases.prod, table).parameters[ROWS]) for table in lake.tables)
        == 0
    )
    assert lake.implausible == {}
    lake.set_system(headgate_rows="0", headgate_reads="orders")
    lake.known_runs.comparisons.clear()
    assert lake.implausible == {}


def test_a_table_that_was_never_built_is_not_healthy(lake: BuiltLake) -> None:
    table = lake.tables[0]
    lake.catalog.delete(lake.databases.prod, table)
    lake.catalog.create(lake.databases.prod, table, "s3://bucket/empty/")
    assert list(lake.implausible) == [table]
    assert f"a table of {SYSTEM}, but it was never built" in lake.implausible[table]


def test_a_snapshot_with_other_rows_than_its_files_have_accepted_is_not_healthy(lake: BuiltLake) -> None:
    of = replace(lake.snapshot.datasets["payments"], rows_in=2)
    lake.point_to(replace(lake.snapshot, datasets={"payments": of}))
    assert lake.implausible["payments"].startswith(
        "Expected the 3 accepted rows of its files, but 2 were merged."
    )
    assert "headgate quarantine replay" in lake.implausible["payments"]


def test_a_dataset_whose_table_has_other_rows_than_its_snapshot_is_not_healthy(lake: BuiltLake) -> None:
    lake.publish(lake.databases.curated, "payments", {ROWS: "1"})
    assert lake.implausible["payments"].startswith(
        "Expected the 2 rows of the newest snapshot, but the table has 1."
    )


def test_a_table_that_shows_rows_of_files_after_the_run_is_healthy(lake: BuiltLake) -> None:
    fresh = replace(lake.snapshot.datasets["payments"], snapshot_id="later", location="fresh/later/", rows=1)
    lake.publish(lake.databases.curated, "payments", {ROWS: "1"})
    current = lake.catalog.current(lake.databases.curated, "payments")
    FreshSnapshot(replace(fresh, location=current.location.split("/", 3)[3])).write(
        lake.objects, lake.bucket("curated")
    )
    assert lake.implausible == {}
    FreshSnapshot(fresh).write(lake.objects, lake.bucket("curated"))
    lake.known_runs.comparisons.clear()
    assert "payments" in lake.implausible


def test_a_file_that_was_processed_again_since_the_run_began_is_not_compared(lake: BuiltLake) -> None:
    """Its record has the rows that the next run merges."""
    lake.point_to(
        replace(lake.snapshot, datasets={"payments": replace(lake.snapshot.datasets["payments"], rows_in=2)})
    )
    (record,) = lake.ledger.records()
    lake.ledger.finish(replace(record, finished_at=after(65).isoformat()))
    assert lake.implausible == {}
    assert lake.check.message.endswith("processed again since the run started): payments.")


@dataclass
class CountingIndex:
    """The index of a ledger, which counts the pages and the records that are read."""

    index: FileIndex
    pages: int = 0
    records: int = 0

    def newest(self, limit: int, *, after: str = "", where: FileFilter) -> FileListPage:
        """The real index reads records of all datasets and states, and filters afterwards."""
        every = self.index.newest(limit, after=after, where=FileFilter())
        self.pages, self.records = self.pages + 1, self.records + len(every.records)
        chosen = (
            file
            for file in every.records
            if where.dataset in {"", file.dataset} and where.state in {None, file.state}
        )
        return FileListPage(tuple(chosen), every.after)

    def accepted_with(self, content_sha256: str, datasets: Collection[str]) -> str:
        return self.index.accepted_with(content_sha256, datasets)


@pytest.mark.parametrize("datasets", [1, 20])
def test_the_ledger_is_read_once_for_all_datasets_and_not_beyond_a_bound(
    lake: BuiltLake, monkeypatch: pytest.MonkeyPatch, datasets: int
) -> None:
    """The file of payments is the oldest, so all records up to the bound are read.

    A reading per dataset would multiply them.
    """
    (record,) = lake.ledger.records()
    for number in range(8):
        lake.receive(f"payments/{number}.csv", payments([number + 100]))
    of = lake.snapshot.datasets["payments"]
    names = ["payments", *(f"d{number}" for number in range(datasets - 1))]
    for name in names:
        merged = MergedIncrements(
            of.snapshot_id, "payments@1", (record.curated_key.replace("payments", name),)
        )
        lake.write(keys.merged_increments_key(name, of.snapshot_id), merged.to_json())
    lake.point_to(replace(lake.snapshot, datasets={name: replace(of, dataset=name) for name in names}))
    index = CountingIndex(MemoryFileIndex(lake.ledger))
    monkeypatch.setattr(lake, "files", index)
    monkeypatch.setattr(compared, "_PAGE_SIZE", 2)
    monkeypatch.setattr(compared, "MAX_RECORDS", 6)
    comparison = compared.compare_tables(lake, lake.runs.ended[0], ())
    assert (index.pages, index.records) == (3, 6)
    assert comparison.not_added_up == tuple(sorted(names))


def test_a_dataset_with_files_beyond_the_bound_is_not_added_up_and_the_check_says_so(
    lake: BuiltLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.point_to(
        replace(lake.snapshot, datasets={"payments": replace(lake.snapshot.datasets["payments"], rows_in=2)})
    )
    monkeypatch.setattr(compared, "MAX_RECORDS", 0)
    assert lake.implausible == {}
    assert lake.check.state == "healthy"
    assert "Not compared with the rows of their files" in lake.check.message
    assert lake.check.message.endswith(": payments.")


def test_tables_are_compared_once_per_run(lake: BuiltLake, monkeypatch: pytest.MonkeyPatch) -> None:
    index = CountingIndex(lake.files)
    monkeypatch.setattr(lake, "files", index)
    assert lake.implausible == lake.implausible == {}
    assert index.pages == 1


def test_a_failed_comparison_is_unknown_and_repeated_by_the_next_request(
    lake: BuiltLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Health and the list of runs answer although a service is throttled, and recover with it."""

    def fail(*_: object) -> None:
        raise ThrottledError("list tables: throttled")

    with monkeypatch.context() as throttled:
        throttled.setattr(lake.catalog, "current", fail)
        assert lake.check.state == "unknown"
        assert "Tables could not be compared with their inputs: list tables: throttled." in lake.check.message
        assert lake.implausible == {}
    assert lake.check.state == "healthy"


def test_a_table_of_an_older_day_than_the_newest_data_is_not_healthy(lake: BuiltLake) -> None:
    lake.point_to(replace(lake.snapshot, as_of=date(2026, 1, 5)))
    assert lake.implausible[lake.tables[0]] == (
        "Expected the day of the newest data, 2026-01-05, but the table is of 2026-01-02. "
        f"`headgate run --only {SYSTEM}` builds it again."
    )


def test_a_table_that_was_built_from_older_datasets_is_not_healthy(lake: BuiltLake) -> None:
    older = replace(
        lake.snapshot,
        datasets={"payments": replace(lake.snapshot.datasets["payments"], snapshot_id="payments-0")},
    )
    lake.set_system(**{name.replace(".", "_"): value for name, value in lake.built_from(older).items()})
    assert (
        "Expected the newest versions of payments, but it used older versions."
        in lake.implausible[lake.tables[0]]
    )


def test_a_table_that_a_person_rolled_back_is_healthy(lake: BuiltLake) -> None:
    lake.point_to(replace(lake.snapshot, as_of=date(2026, 1, 5)))
    lake.set_system(**{HELD.replace(".", "_"): "v1"})
    assert lake.implausible == {}


def test_systems_that_the_newest_run_did_not_build_are_not_compared(lake: BuiltLake) -> None:
    lake.point_to(replace(lake.snapshot, as_of=date(2026, 1, 5)))
    lake.runs.only[RUN] = "retail-copilot"
    assert lake.implausible == {}


def test_while_a_run_works_or_after_a_failed_one_nothing_is_compared(lake: BuiltLake) -> None:
    lake.set_system(headgate_rows="0")
    lake.runs.ended.insert(0, Execution("cli-1", "RUNNING", after(80)))
    assert (lake.check.state, lake.implausible) == ("unknown", {})


def test_a_run_and_its_list_name_the_implausible_tables(lake: BuiltLake) -> None:
    lake.set_system(headgate_rows="0")
    (listed,) = newest(lake, 5).runs
    assert (listed.has_problems, set(listed.implausible_tables)) == (True, set(lake.tables))
    assert "implausible_tables" in detail(lake, RUN).remedies
    assert (
        problems_of(lake, lake.runs.ended)[RUN].summary() == f"implausible: {', '.join(sorted(lake.tables))}"
    )
