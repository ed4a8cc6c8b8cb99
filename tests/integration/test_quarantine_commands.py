"""`headgate quarantine` and `headgate keys` over a deployed lake's own services."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from headgate.aws import clients
from headgate.cli.main import cli
from headgate.errors import NotFoundError
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.wiring import intake, stores
from tests.conftest import unique

if TYPE_CHECKING:
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration

PAN = "4111111111111111"  # a test number that payment gateways publish
HEADER = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,"
    "updated_at\n"
)
GOOD = f"1,O-1,card,{PAN},917,2027-12,19.90,GBP,2011-12-09 12:50:00,captured,,2011-12-09 12:50:00\n"
BAD = f"2,O-2,barter,{PAN},917,2027-12,5.00,GBP,2011-12-09 12:51:00,captured,,2011-12-09 12:51:00\n"


@pytest.fixture(autouse=True)
def _shell_of_this_lake(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in lake.environment.items():
        monkeypatch.setenv(variable, value)
    for cached in (clients.s3, clients.dynamodb, clients.secretsmanager):
        cached.cache_clear()


def curated(lake: Lake, *rows: str) -> FileRecord:
    upload = unique("p")  # in every row: the gate skips a file with another's content
    ref = ObjectRef(lake.bucket("raw"), f"payments/{upload}.csv")
    stores.objects().write(
        ref, (HEADER + "".join(row.replace("O-", f"O-{upload}-") for row in rows)).encode()
    )
    return intake.file_processor(lake.environment).process(ref)


def ran(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(cli, [*arguments, "--json"], catch_exceptions=False)
    assert PAN not in result.output
    return result.exit_code, json.loads(result.stdout)


def key_ids(lake: Lake, record: FileRecord) -> list[str]:
    body = stores.objects().read(ObjectRef(lake.bucket("curated"), record.curated_key))
    return [token.partition(":")[0] for token in pq.read_table(io.BytesIO(body))["card_token"].to_pylist()]


def test_quarantined_rows_are_listed_shown_and_replayed(lake: Lake) -> None:
    record = curated(lake, GOOD, BAD)
    _, lines = ran("quarantine", "list", "--dataset", "payments", "--files")
    assert ("valid_values", 1) in [
        (line["rule"], line["rows"]) for line in lines if line["file_id"] == record.file_id
    ]
    code, shown = ran("quarantine", "show", record.key)
    assert (code, [row["rule"] for row in shown["rows"]]) == (0, ["valid_values"])
    code, (done,) = ran("quarantine", "replay", record.key)
    assert (code, done["outcome"], done["left"], done["accepted"], done["quarantined"]) == (
        0,
        "replayed",
        0,
        1,
        1,
    )
    after = stores.ledger(lake.environment).get(record.file_id)
    assert (after.state, after.reasons) == ("done", record.reasons)
    assert record.file_id not in [
        one["file_id"] for one in ran("quarantine", "replay", "--dataset", "payments")[1]
    ]


def test_an_unknown_file_is_an_error(lake: Lake) -> None:
    result = CliRunner().invoke(cli, ["quarantine", "show", "payments/never.csv"], catch_exceptions=False)
    assert lake
    assert (result.exit_code, "no record" in result.stderr) == (1, True)


def test_a_rotated_key_makes_new_tokens_and_then_all_tokens_but_those_without_an_original(lake: Lake) -> None:
    kept, gone = curated(lake, GOOD), curated(lake, GOOD.replace("1,O-1", "3,O-3"))
    (before,) = set(key_ids(lake, kept))
    _, made = ran("keys", "rotate", "--yes")
    _, listed = ran("keys", "list")
    assert listed["current"] == made["current"] != before
    assert before in listed["previous"]
    assert key_ids(lake, curated(lake, GOOD.replace("1,O-1", "4,O-4"))) == [made["current"]]
    assert {kept.file_id, gone.file_id} <= {one["file_id"] for one in ran("keys", "retoken", "--dry-run")[1]}
    stores.objects().delete(ObjectRef(gone.bucket, gone.key, gone.version_id))
    code, results = ran("keys", "retoken")
    assert code == 3
    assert {one["file_id"]: one["outcome"] for one in results}[gone.file_id] == "raw_gone"
    assert (key_ids(lake, kept), key_ids(lake, gone)) == ([made["current"]], [before])
    assert [one["file_id"] for one in ran("keys", "retoken", "--dry-run")[1]] == [gone.file_id]


def test_an_undone_upload_leaves_no_row_and_can_be_replayed(lake: Lake) -> None:
    record = curated(lake, GOOD, BAD)
    code, (done,) = ran("files", "revert", record.key, "--yes")
    assert (code, done["outcome"], done["accepted_rows"], done["quarantined_rows"]) == (0, "reverted", 1, 1)
    for bucket, key in (("curated", record.curated_key), ("quarantine", record.quarantine_key)):
        with pytest.raises(NotFoundError):
            stores.objects().info(ObjectRef(lake.bucket(bucket), key))
    assert ran("files", "show", record.key)[1]["state"] == "reverted"
    result = CliRunner().invoke(cli, ["files", "revert", record.key, "--yes"], catch_exceptions=False)
    assert (result.exit_code, "reverted already" in result.output) == (0, True)
    code, (again,) = ran("quarantine", "replay", record.key)
    assert (code, again["outcome"], again["accepted"], again["quarantined"]) == (0, "replayed", 1, 1)
    assert stores.objects().info(ObjectRef(lake.bucket("curated"), record.curated_key))


def test_the_content_of_an_undone_upload_is_accepted_when_it_is_sent_again(lake: Lake) -> None:
    record = curated(lake, GOOD)
    ran("files", "revert", record.key, "--yes")
    ref = ObjectRef(record.bucket, record.key)
    stores.objects().write(ref, stores.objects().read(ref))
    assert intake.file_processor(lake.environment).process(stores.objects().info(ref).ref).state == "done"
