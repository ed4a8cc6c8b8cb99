"""Transfer datasets that existed in the lake before the deployment that contains their contract.

A person or a push created them. Terraform imports their tables, and their contracts become the project's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from headgate.contracts import odcs_reader
from headgate.lake import keys
from headgate.lake.created_datasets import CreatedDatasets
from headgate.lake.definitions import (
    DefinitionObjects,
    Definitions,
    DefinitionVersions,
    created_file,
    removal_file,
)
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mypy_boto3_glue import GlueClient

_MANY = ("datasets of people are", "contracts")
BY_DEPLOYMENT = "deployment"  # who takes a contract out of the created ones


class DeployedObjects(DefinitionObjects, Protocol):
    """An object store with the metadata of the deployed code."""

    def metadata(self, ref: ObjectRef) -> Mapping[str, str]:
        """Return the metadata of an object."""
        ...


def tables_of(glue: GlueClient, database: str) -> set[str]:
    """Return the names of the tables of a database."""
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
    return {table["Name"] for page in pages for table in page["TableList"]}


def import_blocks(account: str, database: str, tables: Collection[str]) -> str:
    """Return Terraform's import blocks for tables of the curated database.

    Source: AWS provider, aws_glue_catalog_table: imported by catalog id, database and name.
    """
    return "\n".join(
        f'import {{\n  to = aws_glue_catalog_table.published["curated.{table}"]\n'
        f'  id = "{account}:{database}:{table}"\n}}\n'
        for table in sorted(tables)
    )


def about_people(objects: DeployedObjects, bucket: str, deployed: Collection[str]) -> list[str]:
    """Return the created datasets with columns about people that the deployment lacks, sorted.

    No policy hides their tables from analysts.
    """
    code = ObjectRef(bucket, keys.DEPLOYED_CODE)
    versions = DefinitionVersions(objects, bucket, objects.metadata(code).get("deployment", ""))
    documents = CreatedDatasets(versions).contracts().values()
    contracts = [odcs_reader.parse(json.loads(text), "source") for text in documents]
    return sorted(each.dataset for each in contracts if each.personal and each.dataset not in deployed)


def settle(objects: DeployedObjects, bucket: str, deployed: Collection[str], at: str) -> str:
    """Remove the deployment's contracts from those that people created; return a message about the others.

    So the project is their only source. The message is empty if there are no others.

    Args:
        deployed: the datasets of the deployment.
        at: the time, UTC.
    """
    code = ObjectRef(bucket, keys.DEPLOYED_CODE)
    versions = DefinitionVersions(objects, bucket, objects.metadata(code).get("deployment", ""))
    push, etag = versions.pointer()
    created = versions.created(push.created)
    ours = {of(dataset) for dataset in deployed for of in (created_file, removal_file)}
    if left := created.files.keys() & ours:
        kept = {name: text for name, text in created.files.items() if name not in left}
        versions.create(Definitions(kept, BY_DEPLOYMENT, at), etag)
    drafts = [*objects.list(bucket, f"{keys.CONTRACT_DRAFTS}/")]
    names = {draft.ref.key.rpartition("/")[2].partition(".")[0] for draft in drafts}
    for draft in drafts:
        if draft.ref.key.rpartition("/")[2].partition(".")[0] in deployed:
            objects.delete(draft.ref)
    return _line(sorted(names - {*deployed} - CreatedDatasets(versions).withdrawn()))


def _line(datasets: list[str]) -> str:
    if not datasets:
        return ""
    what, contracts = ("dataset of people is", "contract") if len(datasets) == 1 else _MANY
    return (
        f"{len(datasets)} {what} in no file of the project: {', '.join(datasets)}. "
        f"`headgate push --pull` writes the {contracts} into it."
    )
