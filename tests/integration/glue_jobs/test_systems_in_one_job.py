"""One Glue job builds several systems side by side: each with the role and the arguments of its own job, on
the emulator.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headgate.contracts.registry import Registry
from headgate.lake import keys
from headgate.runs.stage_records import StageRecord
from tests.integration.glue_jobs.test_glue_jobs import JOBS, events_by_table, put_region, run_job
from tests.openlineage import check_run_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration

BUILT, REFUSED = ("global-market-pulse", "market-intelligence-hub"), "retail-copilot"
RUN = "cli-1"
OF_ONE_JOB = ("sts:AssumeRole", "s3:GetObject", "s3:PutObject")
OF_A_SYSTEM = ("s3:*", "glue:*")


def role(lake: Lake, *actions: str, assumed_by: str = "") -> str:
    """The ARN of a new role for jobs, which another role may assume."""
    arn = lake.emulator.role("glue", *actions)
    trust = [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    if assumed_by:
        trust.append({"Effect": "Allow", "Principal": {"AWS": assumed_by}, "Action": "sts:AssumeRole"})
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    lake.emulator.client("iam").update_assume_role_policy(
        RoleName=arn.rpartition("/")[2], PolicyDocument=document
    )
    return arn


def one_job(lake: Lake, systems: tuple[str, ...], roles: dict[str, str], own: str) -> dict[str, Any]:
    """One run of the job that builds several systems."""
    of_a_run = {"HEADGATE_DEPLOYMENT_ID": "one", "HEADGATE_DEFINITIONS": "deployed"}
    arguments = {system: {"system": system, **of_a_run} for system in systems}
    settings = {
        "HEADGATE_SYSTEM_ROLES": json.dumps(roles),
        "HEADGATE_SYSTEM_ARGUMENTS": json.dumps(arguments),
        "HEADGATE_ENGINE": "auto",
    }
    return run_job(
        lake,
        "build_system.py",
        {"--systems": ",".join(systems), "--HEADGATE_RUN": RUN},
        {**lake.settings, **settings},
        role=own,
    )


@pytest.fixture(scope="module")
def own_role(lake: Lake) -> str:
    """The role of the one job, which can write no table of the catalog by itself."""
    return role(lake, *OF_ONE_JOB)


@pytest.fixture(scope="module")
def run(lake: Lake, own_role: str) -> dict[str, Any]:
    """A run of one job for three systems over a lake with one region.

    The role of one of them may not read the snapshot.
    """
    put_region(lake)
    assert run_job(lake, "merge_curated.py", {"--as_of": "2011-12-09"})["JobRunState"] == "SUCCEEDED"
    roles = {system: role(lake, *OF_A_SYSTEM, assumed_by=own_role) for system in BUILT}
    return one_job(
        lake, (*BUILT, REFUSED), {**roles, REFUSED: role(lake, "s3:PutObject", assumed_by=own_role)}, own_role
    )


def test_a_system_has_the_rights_of_its_own_role_only_and_its_failure_does_not_stop_the_others(
    lake: Lake, run: dict[str, Any]
) -> None:
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].startswith(
        f"ServiceError: {REFUSED}: NotPermittedError: read s3://{lake.bucket('curated')}/snapshots/"
    )
    assert not any(system in run["ErrorMessage"] for system in BUILT)
    for table in (table for system in BUILT for table in Registry.load().tables_of(system)):
        assert keys.TABLES in location(lake, table), table
    assert not any(keys.TABLES in location(lake, table) for table in Registry.load().tables_of(REFUSED))


@pytest.mark.usefixtures("run")
def test_each_system_that_was_built_is_marked_so_that_its_own_job_does_not_start(lake: Lake) -> None:
    listed = lake.emulator.client("s3").list_objects_v2(
        Bucket=lake.bucket("artifacts"), Prefix=keys.BUILT_SYSTEMS
    )
    assert [item["Key"].removeprefix(keys.BUILT_SYSTEMS) for item in listed["Contents"]] == list(BUILT)


@pytest.mark.usefixtures("run")
def test_each_system_records_its_own_time_and_work_for_the_run(lake: Lake) -> None:
    s3, records = lake.emulator.client("s3"), {}
    for system in (*BUILT, REFUSED):
        key = keys.stage_record_key(RUN, system)
        body = s3.get_object(Bucket=lake.bucket("artifacts"), Key=key)["Body"].read()
        records[system] = StageRecord.from_json(body)
    assert {system for system, record in records.items() if record.has_failed} == {REFUSED}
    assert all(record.ended_at and record.ended_at > record.began_at for record in records.values())
    assert len({record.began_at for record in records.values()}) == len(records)
    assert any(record.work and record.work.rows_read for record in records.values())


@pytest.mark.usefixtures("run")
def test_each_system_has_lineage_events_of_its_own_run(lake: Lake) -> None:
    events = events_by_table(lake)
    built = [table for system in BUILT for table in Registry.load().tables_of(system)]
    assert {*built} <= {*events}
    for table in built:
        check_run_event(events[table])
    parents = {
        system: {
            events[table]["run"]["facets"]["parent"]["run"]["runId"]
            for table in Registry.load().tables_of(system)
        }
        for system in BUILT
    }
    assert all(len(runs) == 1 for runs in parents.values())
    assert len(set.union(*parents.values())) == len(BUILT)


@pytest.mark.usefixtures("run")
def test_tables_are_the_bytes_that_the_systems_own_job_writes(lake: Lake) -> None:
    for system in BUILT:
        tables = Registry.load().tables_of(system)
        before = {table: body for table in tables for body in stored(lake, system, table)}
        assert len(before) == len(tables)
        for table in tables:
            delete(lake, system, table)
        again = run_job(lake, "build_system.py", {"--system": system, "--HEADGATE_DEPLOYMENT_ID": "one"})
        assert again["JobRunState"] == "SUCCEEDED", again.get("ErrorMessage")
        assert {table: body for table in tables for body in stored(lake, system, table)} == before


@pytest.mark.usefixtures("run")
def test_a_role_that_does_not_name_the_job_is_not_taken(lake: Lake, own_role: str) -> None:
    roles = {system: role(lake, *OF_A_SYSTEM) for system in BUILT}
    refused = one_job(lake, BUILT, roles, own_role)
    assert refused["JobRunState"] == "FAILED"
    for system in BUILT:
        assert (
            f"{system}: NotPermittedError: assume {roles[system].rpartition('/')[2]}"
            in refused["ErrorMessage"]
        )


STAGES = ("merge_curated", "quality_gate")


def whole_run(lake: Lake, roles: dict[str, str], own: str, run: str) -> dict[str, Any]:
    """One run of the job that merges, checks and builds."""
    of_a_run = {"HEADGATE_DEPLOYMENT_ID": "whole", "HEADGATE_DEFINITIONS": "deployed"}
    settings = {
        "HEADGATE_SYSTEM_ROLES": json.dumps(roles),
        "HEADGATE_SYSTEM_ARGUMENTS": json.dumps({system: {"system": system, **of_a_run} for system in BUILT}),
        "HEADGATE_STAGE_ROLES": json.dumps(roles),
        "HEADGATE_STAGE_ARGUMENTS": json.dumps(dict.fromkeys(STAGES, of_a_run)),
        "HEADGATE_STAGE_SCRIPTS": json.dumps({stage: f"code/jobs/{stage}.py" for stage in STAGES}),
    }
    for stage in STAGES:
        lake.emulator.client("s3").put_object(
            Bucket=lake.bucket("artifacts"),
            Key=f"code/jobs/{stage}.py",
            Body=(JOBS / f"{stage}.py").read_bytes(),
        )
    arguments = {"--stages": ",".join(STAGES), "--systems": ",".join(BUILT), "--HEADGATE_RUN": run}
    return run_job(lake, "build_system.py", arguments, {**lake.settings, **settings}, role=own)


@pytest.mark.usefixtures("run")
def test_one_job_merges_checks_and_builds_and_a_second_run_builds_nothing(lake: Lake) -> None:
    own = role(lake, *OF_ONE_JOB, "s3:ListBucket")
    roles = {job: role(lake, "*", assumed_by=own) for job in (*STAGES, *BUILT)}
    first = whole_run(lake, roles, own, "whole-1")
    assert first["JobRunState"] == "SUCCEEDED", first.get("ErrorMessage")
    assert {*recorded(lake, "whole-1")} == {*STAGES, *BUILT}
    assert whole_run(lake, roles, own, "whole-2")["JobRunState"] == "SUCCEEDED"
    assert {*recorded(lake, "whole-2")} == {*STAGES}


@pytest.mark.usefixtures("run")
def test_a_stage_of_a_whole_run_that_fails_fails_the_job_before_anything_is_built(lake: Lake) -> None:
    own = role(lake, *OF_ONE_JOB, "s3:ListBucket")
    roles = {job: role(lake, "s3:PutObject", assumed_by=own) for job in (*STAGES, *BUILT)}
    failed = whole_run(lake, roles, own, "whole-3")
    assert failed["JobRunState"] == "FAILED"
    assert failed["ErrorMessage"].startswith("ServiceError: merge_curated: NotPermittedError: ")
    assert {job: record.has_failed for job, record in recorded(lake, "whole-3").items()} == {
        "merge_curated": True
    }


def recorded(lake: Lake, run: str) -> dict[str, StageRecord]:
    """The records of a run's stages, by job."""
    s3, bucket = lake.emulator.client("s3"), lake.bucket("artifacts")
    prefix = keys.stage_record_key(run, "").removesuffix(".json")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return {
        item["Key"].removeprefix(prefix).removesuffix(".json"): StageRecord.from_json(
            s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        )
        for item in listed
    }


def location(lake: Lake, table: str) -> str:
    """Where a prod table points."""
    found = lake.emulator.client("glue").get_table(
        DatabaseName=lake.settings["HEADGATE_PROD_DATABASE"], Name=table
    )["Table"]
    return str(found["StorageDescriptor"]["Location"])


def objects(lake: Lake, system: str, table: str) -> Iterator[dict[str, str]]:
    """Bucket and key of each object that a table shows."""
    bucket = json.loads(lake.settings["HEADGATE_PROD_BUCKETS"])[system]
    prefix = location(lake, table).removeprefix(f"s3://{bucket}/")
    for one in lake.emulator.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
        yield {"Bucket": bucket, "Key": one["Key"]}


def stored(lake: Lake, system: str, table: str) -> list[bytes]:
    """The bytes of each object that a table shows."""
    return [
        lake.emulator.client("s3").get_object(**item)["Body"].read() for item in objects(lake, system, table)
    ]


def delete(lake: Lake, system: str, table: str) -> None:
    """Delete what a table shows, so that its system builds it again."""
    for one in list(objects(lake, system, table)):
        lake.emulator.client("s3").delete_object(**one)
